import { z } from 'zod';
import type { LlmItemResult } from '../../ports/llm-provider.ts';
import { fromJsonLines } from '../llm/json-lines.ts';
import { itemResultOf, messageSchema } from './answer.ts';

const errorSchema = z.looseObject({
  error: z.looseObject({ type: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** A line of the results, which come in any order. */
const lineSchema = z.looseObject({
  custom_id: z.string(),
  result: z.looseObject({ type: z.string(), message: z.unknown().optional(), error: errorSchema.nullish() }),
});

/** The items of a batch's results. Throws where a line is not in the documented form. */
export function itemResultsOf(results: Uint8Array): LlmItemResult[] {
  return fromJsonLines(results, lineSchema).map(({ custom_id: customId, result }) => {
    switch (result.type) {
      case 'succeeded':
        return itemResultOf(customId, messageSchema.parse(result.message));
      case 'expired':
        return { customId, outcome: 'expired', reason: 'the batch expired before this request was worked on' };
      case 'canceled':
        return { customId, outcome: 'cancelled', reason: 'the batch was cancelled before this request was worked on' };
      default: {
        const error = result.error?.error;
        return { customId, outcome: 'failed', reason: error?.message ?? error?.type ?? `the result is ${result.type}` };
      }
    }
  });
}

/** The custom_id of the first result, of which only the beginning need be there; null if there is none. */
export function firstCustomId(results: Uint8Array): string | null {
  const firstLine = Buffer.from(results).toString('utf8').split('\n', 1)[0] ?? '';
  return firstLine.trim() === ''
    ? null
    : z.looseObject({ custom_id: z.string() }).parse(JSON.parse(firstLine)).custom_id;
}
