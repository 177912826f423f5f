import { z } from 'zod';
import { researchStrategySchema } from '../strategy.ts';
import { pageQueryShape, pageSchema } from './page.ts';
import { flagQuerySchema, idSchema, providerSchema, referenceSchema, timeSchema } from './values.ts';

export const strategyParamsSchema = z.strictObject({ strategy: referenceSchema.describe('Its slug or id') });

/** One version of a strategy. */
export const strategySchema = z.object({
  id: idSchema,
  version: z.int(),
  document: researchStrategySchema,
  active: z.boolean(),
  createdAt: timeSchema,
});
export const strategyPageSchema = pageSchema(strategySchema);
export const strategiesQuerySchema = z.strictObject({ ...pageQueryShape, active: flagQuerySchema.optional() });
export const strategyVersionQuerySchema = z.strictObject({
  version: z.coerce.number().int().min(1).max(1_000_000).optional().describe('The current one where it is absent'),
});
export const savedStrategySchema = z.object({
  /** False where the content is what was stored already. */
  created: z.boolean(),
  strategy: strategySchema,
});
export const strategyFileSchema = z.strictObject({
  text: z.string().min(1).max(100_000).describe('A strategy as YAML or JSON'),
  fileName: z.string().min(1).max(200).default('strategy.yaml').describe('How mistakes name it'),
});
export const validStrategySchema = z.object({ document: researchStrategySchema });
export const activationSchema = z.strictObject({ active: z.boolean() });

/** A strategy without a recent submission. */
export const plannedStrategySchema = z.object({
  strategyId: idSchema,
  slug: z.string(),
  name: z.string(),
  version: z.int(),
  /** The providers without a recent submission. */
  providers: z.array(providerSchema),
  lastSubmittedAt: timeSchema.nullable(),
  staleAfterDays: z.number(),
});
export const planSchema = z.object({ stale: z.array(plannedStrategySchema) });
