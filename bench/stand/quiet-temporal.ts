import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Keeps the Temporal SDK's reports on every worker state out of the bench's output; before the first connection. */
export function quietTemporal(): void {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
}
