import { z } from 'zod';
import { ProviderMode } from '../../../domain/research/provider.ts';
import { RecommendationAction } from '../../../domain/research/recommendation.ts';
import { TaskState } from '../../../domain/research/task-state.ts';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import { artifactRefSchema } from '../artifact.ts';
import { pageQueryShape, pageSchema } from './page.ts';
import {
  daySchema,
  decimalSchema,
  flagQuerySchema,
  idSchema,
  providerSchema,
  reasonSchema,
  referenceSchema,
  severalOf,
  timeSchema,
} from './values.ts';

const errorCodeSchema = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);
const countsSchema = z.object({ total: z.int(), completed: z.int(), failed: z.int() });

export const taskParamsSchema = z.strictObject({ taskId: idSchema });
export const taskSchema = z.object({
  taskId: idSchema,
  requestId: idSchema,
  requestGroupId: idSchema,
  strategyId: idSchema,
  strategySlug: z.string(),
  strategyVersion: z.int(),
  provider: providerSchema,
  mode: z.enum(ProviderMode),
  model: z.string(),
  state: z.enum(TaskState),
  asOf: daySchema,
  simulated: z.boolean(),
  round: z.int(),
  providerJobId: z.string().nullable(),
  providerStatus: z.string().nullable(),
  counts: countsSchema.nullable(),
  pollCount: z.int(),
  lastPolledAt: timeSchema.nullable(),
  failureCode: z.string().nullable(),
  failureReason: z.string().nullable(),
  createdAt: timeSchema,
  submittedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  executedAt: timeSchema.nullable(),
});
export const taskPageSchema = pageSchema(taskSchema);
export const tasksQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: severalOf(z.enum(TaskState), 5).optional(),
  strategy: referenceSchema.optional().describe('Of one strategy: its slug or id'),
  provider: providerSchema.optional(),
  requestGroupId: idSchema.optional().describe('Of one run'),
  ready: flagQuerySchema.optional().describe('Succeeded and not yet executed'),
});

export const runRequestSchema = z.strictObject({
  strategy: referenceSchema.describe('Its slug or id'),
  providers: z.array(providerSchema).min(1).max(3).optional().describe('Only these; all of the strategy’s if absent'),
  requestGroupId: idSchema.optional().describe('The run’s id: the same again joins the run that is there'),
  hold: z.boolean().default(false).describe('Wait before each step for submit, poll, harvest and execute'),
  force: z.boolean().default(false).describe('Ask and pay again although a recent submission exists'),
});
export const runSchema = z.object({
  requestGroupId: idSchema,
  strategyId: idSchema,
  strategySlug: z.string(),
  strategyName: z.string(),
  strategyVersion: z.int(),
  asOf: daySchema,
  hold: z.boolean(),
  tasks: z.array(
    z.object({
      taskId: idSchema,
      requestId: idSchema,
      provider: providerSchema,
      mode: z.enum(ProviderMode),
      model: z.string(),
      accountId: idSchema,
      enqueued: z.boolean(),
    }),
  ),
});

export const jobStatusSchema = z.object({
  state: z.enum(['working', 'ended', 'failed', 'cancelled', 'expired']),
  providerStatus: z.string(),
  counts: countsSchema.nullable(),
  reason: z.string().nullable(),
  pollCount: z.int(),
});
export const jobViewSchema = z.object({
  state: z.enum(TaskState),
  step: z.string(),
  round: z.int(),
  providerJobId: z.string().nullable(),
  lastStatus: jobStatusSchema.nullable(),
  failure: z.object({ code: errorCodeSchema, reason: z.string() }).nullable(),
});
export const cancelTaskSchema = z.strictObject({ reason: reasonSchema.default('cancelled through the API') });
export const executeTaskSchema = z.strictObject({
  initialBalanceUsd: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,2})?$/, 'is no amount such as 100000')
    .optional()
    .describe('Opening cash of an account that does not exist yet; the strategy’s if absent'),
});
export const settledTicketSchema = z.object({
  ticketId: idSchema,
  accountId: idSchema,
  filledCount: z.int(),
  deniedCount: z.int(),
  cashUsd: decimalSchema,
  positionsUsd: decimalSchema,
  totalUsd: decimalSchema,
});

export const pollSchema = z.object({ at: timeSchema, providerStatus: z.string(), counts: countsSchema.nullable() });
export const pollsSchema = z.object({ items: z.array(pollSchema) });
export const callSchema = z.object({
  callId: z.string(),
  taskId: idSchema,
  provider: providerSchema,
  mode: z.enum(ProviderMode),
  model: z.string(),
  state: z.string(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costUsd: decimalSchema,
  at: timeSchema,
});
export const callsSchema = z.object({ items: z.array(callSchema) });
export const repeatedStepsSchema = z.object({
  items: z.array(z.object({ step: z.string(), attempts: z.int(), code: z.string(), reason: z.string() })),
});
export const recommendationSchema = z.object({
  ticker: z.string(),
  action: z.enum(RecommendationAction),
  entryPrice: decimalSchema,
  targetPrice: decimalSchema,
  stopLoss: decimalSchema,
  allocationPercent: decimalSchema,
  rationale: z.string(),
});
export const recommendationsSchema = z.object({ items: z.array(recommendationSchema) });

export const artifactSchema = artifactRefSchema
  .extend({ requestId: idSchema, taskId: idSchema, name: z.string() })
  .strip();
export const artifactsSchema = z.object({ items: z.array(artifactSchema) });
export const artifactParamsSchema = z.strictObject({
  taskId: idSchema,
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is no artifact’s name'),
});
export const usageQuerySchema = z.strictObject({ provider: providerSchema });
export const usageTotalsSchema = z.object({
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costUsd: decimalSchema,
});

export const comparisonsQuerySchema = z.strictObject({ ...pageQueryShape, strategy: referenceSchema.optional() });
export const comparisonSchema = z.object({
  accountId: idSchema,
  strategySlug: z.string(),
  provider: providerSchema,
  windowStart: daySchema,
  windowEnd: daySchema,
  initialUsd: decimalSchema,
  totalUsd: decimalSchema,
  llm: usageTotalsSchema,
  returnPercent: decimalSchema,
  benchmarkPercent: decimalSchema.nullable(),
  excessPercent: decimalSchema.nullable(),
  costAdjustedReturnPercent: decimalSchema,
});
export const comparisonPageSchema = pageSchema(comparisonSchema);
