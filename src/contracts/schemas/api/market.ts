import { z } from 'zod';
import { daySchema, decimalSchema, idSchema } from './values.ts';

const priceSourceSchema = z.enum(['replay', 'yahoo', 'fixed', 'as_traded', 'ibkr']);

/** Where the replayed market stands; null before its first start. */
export const marketClockSchema = z.object({ marketDate: daySchema.nullable() });
export const advanceClockSchema = z.strictObject({ to: daySchema.describe('It only goes forward') });
export const advancedClockSchema = z.object({
  from: daySchema.nullable(),
  marketDate: daySchema,
  snapshots: z.array(z.object({ accountId: idSchema, marketDate: daySchema, totalUsd: decimalSchema })),
});
export const marketDayQuerySchema = z.strictObject({ source: priceSourceSchema });
export const marketDaySchema = z.object({ marketDate: daySchema });
export const benchmarkQuerySchema = z.strictObject({ source: priceSourceSchema, asOf: daySchema });
export const benchmarkSchema = z.object({ marketDate: daySchema, close: decimalSchema });

/** What this service is, and what in it is not real. */
export const serviceSchema = z.object({
  user: z.string(),
  now: z.coerce.date(),
  isIbkrSimulated: z.boolean(),
  simulated: z.boolean(),
  /** In sentences; empty where everything is real. */
  simulations: z.array(z.string()),
  urls: z.array(z.object({ name: z.string(), url: z.string() })),
});

/** What waits for a person among one's own things; all zero where nothing does. */
export const needsSchema = z.object({
  restrictions: z.int(),
  unknownOrders: z.int(),
  keptReports: z.int(),
  failedTasks: z.int(),
  readyTasks: z.int(),
  staleStrategies: z.int(),
  /** Transactions of the ledger that do not balance: for admins, whose books they are. */
  unbalanced: z.array(z.string()),
});
