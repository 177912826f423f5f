import type { WorkflowHandle } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { ErrorCode } from '../contracts/errors.ts';

/** A step that failed and is tried again by Temporal. */
export interface RepeatedStep {
  /** The activity's name. */
  readonly step: string;
  /** How often it has been tried so far. */
  readonly attempts: number;
  readonly code: string;
  readonly reason: string;
}

/** Says that a provider still works, which is no trouble. */
const WAITING: ErrorCode = 'JOB_NOT_ENDED';

/** The steps of a workflow that are being repeated now and why; empty when all goes well or it has ended. */
export async function findRepeatedSteps(handle: WorkflowHandle): Promise<RepeatedStep[]> {
  const { raw } = await handle.describe();
  const converter = handle.client.options.loadedDataConverter;
  const steps = await Promise.all(
    (raw.pendingActivities ?? []).map(async ({ activityType, attempt, lastFailure }): Promise<RepeatedStep | null> => {
      const failure = await decodeOptionalFailureToOptionalError(converter, lastFailure);
      if (failure === undefined) return null;
      const { type } = failure as { type?: unknown };
      const code = typeof type === 'string' ? type : 'INTERNAL';
      return {
        step: activityType?.name ?? '',
        attempts: Math.max(1, (attempt ?? 1) - 1),
        code,
        reason: failure.message,
      };
    }),
  );
  return steps.filter((step) => step !== null && step.code !== WAITING) as RepeatedStep[];
}
