import { join } from 'node:path';
import {
  type BundleOptions,
  bundleWorkflowCode,
  DefaultLogger,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

/**
 * The workflows as one script for the sandbox; built once per start and shared by all workers of the process. Where
 * payloads are encrypted, `extras` carries the failure converter's path; the tests add what measures coverage.
 */
export function buildWorkflowBundle(
  root: string,
  extras: Partial<BundleOptions> = {},
): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: join(root, 'workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
    ...extras,
  });
}
