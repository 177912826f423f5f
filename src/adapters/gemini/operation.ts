import { z } from 'zod';
import type { BatchStatus } from '../../ports/llm-provider.ts';

const errorSchema = z.looseObject({ code: z.number().nullish(), message: z.string().nullish() });
const count = z.coerce.number().nullish();

const outputSchema = z.looseObject({
  inlinedResponses: z.looseObject({ inlinedResponses: z.array(z.unknown()).nullish() }).nullish(),
  responsesFile: z.string().nullish(),
});

/** A batch as the wire shows it; the SDK drops its error and its counts. */
export const operationSchema = z.looseObject({
  name: z.string(),
  metadata: z.looseObject({
    state: z.string(),
    batchStats: z
      .looseObject({ requestCount: count, successfulRequestCount: count, failedRequestCount: count })
      .nullish(),
    output: outputSchema.nullish(),
    error: errorSchema.nullish(),
  }),
  response: outputSchema.nullish(),
  error: errorSchema.nullish(),
});
export type Operation = z.infer<typeof operationSchema>;

const STATES: Readonly<Record<string, BatchStatus['state']>> = {
  SUCCEEDED: 'ended',
  PARTIALLY_SUCCEEDED: 'ended',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  EXPIRED: 'expired',
};

/** A batch in our words. A state that the vendor adds later counts as working: giving up a paid job is worse than waiting. */
export function batchStatusOf({ metadata, error }: Operation): BatchStatus {
  const state = STATES[metadata.state.replace(/^(BATCH|JOB)_STATE_/, '')] ?? 'working';
  const stats = metadata.batchStats;
  const cause = error ?? metadata.error;
  return {
    state,
    providerStatus: metadata.state,
    counts: stats
      ? {
          total: stats.requestCount ?? 0,
          completed: stats.successfulRequestCount ?? 0,
          failed: stats.failedRequestCount ?? 0,
        }
      : null,
    reason: cause?.message ?? defaultReason(state),
  };
}

function defaultReason(state: BatchStatus['state']): string | null {
  if (state === 'expired') return 'the batch expired before it was finished';
  return state === 'failed' ? 'the provider gave no reason' : null;
}

/** Where the results are: in the operation itself or in a file of the given name; null where there are none. */
export function resultsOf(operation: Operation): { inline: readonly unknown[] } | { fileName: string } | null {
  const output = operation.metadata.output ?? operation.response;
  const inline = output?.inlinedResponses?.inlinedResponses;
  if (inline) return { inline };
  return output?.responsesFile ? { fileName: output.responsesFile } : null;
}
