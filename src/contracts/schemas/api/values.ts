import { z } from 'zod';
import { TICKER_PATTERN } from '../../../domain/market/ticker.ts';
import { ProviderName } from '../../../domain/research/provider.ts';

/** A moment: ISO 8601 on the wire, a Date in programs. Read and written with the same schema. */
export const timeSchema = z.coerce.date();
/** An exact number as a text. */
export const decimalSchema = z.string();
export const daySchema = z.iso.date();
export const idSchema = z.uuid();
export const providerSchema = z.enum(ProviderName);
export const symbolQuerySchema = z
  .string()
  .regex(TICKER_PATTERN, 'is no symbol such as KO')
  .describe('The symbol of a share, or of the options on it');

/** A strategy's slug or id, or an account's name or id, within an address; research accounts are `strategy/provider`. */
export const referenceSchema = z
  .string()
  .min(1)
  .max(110)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'is neither a name nor an id');

/** Why somebody does something; kept with it. */
export const reasonSchema = z.string().trim().min(1).max(500).describe('Kept and shown with what is done');

export const flagQuerySchema = z.enum(['true', 'false']).transform((text) => text === 'true');

/** One value, or several by repeating the key. */
export function severalOf<Item extends z.ZodType>(item: Item, max: number) {
  return z.union([item, z.array(item).min(1).max(max)]);
}
