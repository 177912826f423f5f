import { z } from 'zod';
import { ProviderMode } from '../../../domain/research/provider.ts';
import { pageSchema } from './page.ts';
import { daySchema, decimalSchema, idSchema, providerSchema, referenceSchema, timeSchema } from './values.ts';

const MAX_DAYS = 366;
/** Days × strategies × models of one answer. */
export const MAX_COST_LINES = 5_000;

export const costQuerySchema = z.strictObject({
  strategy: referenceSchema.optional().describe('A strategy’s slug or id; all that you see when absent'),
  days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30).describe('Today and the days before it, in UTC'),
});

export const costLineSchema = z.strictObject({
  day: daySchema,
  strategyId: idSchema,
  strategySlug: z.string(),
  provider: providerSchema,
  mode: z.enum(ProviderMode),
  model: z.string(),
  simulated: z.boolean(),
  calls: z.int(),
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  costUsd: decimalSchema,
  fallbackPricedCalls: z.int().describe('Calls of a model without a list price, counted at the fallback price'),
});
export const costsSchema = z.strictObject({
  since: daySchema,
  pricesAsOf: daySchema.describe('The day of the price list; the vendor’s bill decides'),
  totalUsd: decimalSchema,
  items: z.array(costLineSchema),
});

export const budgetSchema = z.strictObject({
  strategyId: idSchema.nullable().describe('Null for the whole service'),
  strategySlug: z.string().nullable(),
  dailyUsd: decimalSchema.nullable(),
  day: daySchema,
  spentUsd: decimalSchema,
  reservedUsd: decimalSchema.describe('Upper bounds of the calls under way'),
  setBy: z.string(),
  setAt: timeSchema,
});
export const budgetListSchema = pageSchema(budgetSchema);

export const newBudgetSchema = z.strictObject({
  strategy: referenceSchema.nullable().describe('A strategy’s slug or id; null for the whole service'),
  dailyUsd: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be dollars such as 5 or 0.50')
    .nullable()
    .describe('US dollars a UTC day; null lifts the budget'),
});
export const budgetSetSchema = z.strictObject({
  strategyId: idSchema.nullable(),
  dailyUsd: decimalSchema.nullable(),
  setBy: z.string(),
  setAt: timeSchema,
});
