import { z } from 'zod';
import { pageQueryShape, pageSchema } from './page.ts';
import { decimalSchema } from './values.ts';

const isoSchema = z.iso.datetime();
const durationSchema = z.number().nonnegative().nullable();
const stateSchema = z.enum(['open', 'completed', 'failed', 'timed_out', 'cancelled', 'terminated', 'continued_as_new']);

/** A payload, decoded. */
export const lineageValueSchema = z.strictObject({
  kind: z.enum(['json', 'cut', 'binary', 'unreadable']),
  /** Of the decoded payload. */
  bytes: z.int().nonnegative(),
  /** Where `kind` is `json`. */
  value: z.unknown(),
  /** The beginning of a cut payload, or why there is no value. */
  text: z.string().nullable(),
});

export const lineageErrorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean().nullable(),
});

export const lineageArtifactSchema = z.strictObject({
  uri: z.string(),
  sha256: z.string(),
  bytes: z.int().nonnegative(),
  mediaType: z.string(),
});

const executionRefSchema = z.strictObject({ workflowId: z.string(), runId: z.string() });

/** One thing that an execution did, waited for, or was told. Durations are milliseconds. */
export const lineageStepSchema = z.strictObject({
  id: z.string(),
  kind: z.enum([
    'activity',
    'child',
    'timer',
    'signal',
    'outgoing_signal',
    'update',
    'cancel_request',
    'workflow_task',
  ]),
  name: z.string(),
  summary: z.string().nullable(),
  state: stateSchema,
  taskQueue: z.string().nullable(),
  input: z.array(lineageValueSchema).readonly(),
  output: lineageValueSchema.nullable(),
  artifacts: z.array(lineageArtifactSchema).readonly(),
  attempts: z.int().nonnegative(),
  scheduledAt: isoSchema,
  startedAt: isoSchema.nullable(),
  endedAt: isoSchema.nullable(),
  queueMs: durationSchema,
  durationMs: durationSchema,
  totalMs: durationSchema,
  error: lineageErrorSchema.nullable(),
  lastError: lineageErrorSchema.nullable(),
  by: z.string().nullable(),
  child: z.strictObject({ workflowId: z.string(), runId: z.string().nullable() }).nullable(),
});

export const lineageCallSchema = z.strictObject({
  callId: z.string(),
  provider: z.string(),
  mode: z.string(),
  model: z.string(),
  state: z.string(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: decimalSchema,
  at: isoSchema,
});

export const lineageExecutionSchema = z.strictObject({
  workflowId: z.string(),
  workflowType: z.string(),
  title: z.string().nullable(),
  /** The chain of its continued runs, oldest first. */
  runIds: z.array(z.string()).readonly(),
  parent: executionRefSchema.nullable(),
  state: stateSchema,
  startedAt: isoSchema,
  endedAt: isoSchema.nullable(),
  durationMs: durationSchema,
  input: z.array(lineageValueSchema).readonly(),
  output: lineageValueSchema.nullable(),
  error: lineageErrorSchema.nullable(),
  attributes: z.record(z.string(), z.string()),
  steps: z.array(lineageStepSchema).readonly(),
  artifacts: z.array(lineageArtifactSchema).readonly(),
  calls: z.array(lineageCallSchema).readonly(),
  costUsd: decimalSchema.nullable(),
});

/** An execution and everything that it started, depth first. */
export const lineageSchema = z.strictObject({
  workflowId: z.string(),
  /** Everything in it has ended: what is read now is what will be read from the archive. */
  closed: z.boolean(),
  missing: z
    .array(z.strictObject({ workflowId: z.string(), runId: z.string().nullable(), reason: z.string() }))
    .readonly(),
  totals: z.strictObject({
    executions: z.int().nonnegative(),
    steps: z.int().nonnegative(),
    failedSteps: z.int().nonnegative(),
    costUsd: decimalSchema,
  }),
  executions: z.array(lineageExecutionSchema).readonly(),
});

export const lineageStepsSchema = z.strictObject({ items: z.array(lineageStepSchema).readonly() });

/** An execution as lists show it. */
export const recentExecutionSchema = z.strictObject({
  workflowId: z.string(),
  runId: z.string(),
  workflowType: z.string(),
  startedAt: isoSchema,
  /** Null while it runs. */
  endedAt: isoSchema.nullable(),
});
export const recentExecutionsSchema = pageSchema(recentExecutionSchema);

export const stepStatisticsSchema = z.strictObject({
  name: z.string(),
  /** In so many of the newest executions it was looked for. */
  executions: z.int().nonnegative(),
  count: z.int().nonnegative(),
  completed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  open: z.int().nonnegative(),
  attempts: z.strictObject({ total: z.int().nonnegative(), most: z.int().nonnegative() }),
  /** Milliseconds of the last attempt. */
  durationMs: z.strictObject({ p50: durationSchema, p95: durationSchema, max: durationSchema }),
  queueMs: z.strictObject({ p50: durationSchema, p95: durationSchema }),
  errors: z.array(z.strictObject({ code: z.string(), count: z.int().positive() })).readonly(),
});

const workflowIdSchema = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[A-Za-z0-9][\x21-\x7e]*$/, 'is not the id of a workflow')
  .describe('A workflow’s id such as `research/<run>`, with its slashes as %2F');
const stepNameSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'is not the name of a step')
  .describe('An activity’s, child workflow’s, signal’s or update’s name, such as `harvestJob`');

export const executionParamsSchema = z.strictObject({ id: workflowIdSchema });
export const executionStepParamsSchema = z.strictObject({ id: workflowIdSchema, name: stepNameSchema });
export const executionQuerySchema = z.strictObject({
  runId: z.uuid().optional().describe('One run of that id; the newest when absent. Its whole chain is shown'),
});
export const strategyParamsSchema = z.strictObject({ id: z.uuid().describe('A strategy’s id') });
export const recentQuerySchema = z.strictObject({
  ...pageQueryShape,
  type: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,99}$/)
    .optional()
    .describe('Only executions of this workflow type, such as `researchRun`'),
});
export const stepParamsSchema = z.strictObject({ name: stepNameSchema });
export const statisticsQuerySchema = z.strictObject({
  executions: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .describe('In how many of the newest executions, 1 to 200'),
  strategyId: z.uuid().optional().describe('Only of this strategy'),
});
