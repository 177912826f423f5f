import { DefaultLogger, Runtime } from '@temporalio/worker';

let isQuiet = false;

/** Keeps the Temporal SDK's reports on every worker state out of the tests' output; before the first connection. */
export function quietTemporal(): void {
  if (isQuiet) return;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  isQuiet = true;
}
