import { WorkflowCoverage } from '@temporalio/nyc-test-coverage';
import type { BundleOptions, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';

/**
 * Counts which lines of the workflows ran in their sandbox, where Jest cannot look. Active where Jest itself collects
 * coverage with its babel provider; without that everything here leaves things as they are.
 */
const coverage = new WorkflowCoverage();

/** What the workflow bundle needs so that its code counts. */
export function coverageBundleExtras(workflowsPath: string): Partial<BundleOptions> {
  return coverage.augmentBundleOptions({ workflowsPath });
}

/** The sinks through which the counts leave the sandbox. */
export function coverageSinks(workflowBundle: WorkflowBundleOption): Pick<WorkerOptions, 'sinks'> {
  const { sinks } = coverage.augmentWorkerOptionsWithBundle({ taskQueue: 'any', workflowBundle });
  return sinks ? { sinks } : {};
}

/** Adds the counts of the workers so far to Jest's; when the suite is over, since Jest's own counts start anew after it. */
export function reportWorkflowCoverage(): void {
  coverage.mergeIntoGlobalCoverage();
  const jest = globalThis as { __coverage__?: unknown };
  // Jest reads it in another realm, which does not know the classes of this one.
  if (jest.__coverage__) jest.__coverage__ = JSON.parse(JSON.stringify(jest.__coverage__));
}
