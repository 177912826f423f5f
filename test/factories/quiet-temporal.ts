import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

let isQuiet = false;

/**
 * Keeps the Temporal SDK's reports on every worker state out of the tests' output; before the first connection. `core` is
 * the level of its native half, whose warnings tell why a workflow task failed.
 */
export function quietTemporal(core: 'WARN' | 'ERROR' = 'WARN'): void {
  if (isQuiet) return;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core, other: 'ERROR' }) } },
    shutdownSignals: [],
  });
  isQuiet = true;
}
