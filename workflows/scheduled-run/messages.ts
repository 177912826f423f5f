import type { ScheduledRunInput } from '../../src/contracts/schemas/workflow-inputs.ts';

export type { ScheduledRunInput };

/** What a firing did. */
export type ScheduledRunResult =
  | { readonly started: true; readonly requestGroupId: string; readonly workflowId: string }
  | { readonly started: false; readonly reason: string };
