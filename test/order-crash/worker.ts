import { flushCompileCache } from 'node:module';
import { loadConfig } from '../../src/config.ts';
import { createLog, installTemporalRuntime } from '../../src/main/logging.ts';
import { openService } from '../../src/main/service.ts';
import { startDesks } from '../../src/main/start-desks.ts';
import { startWorkers } from '../../src/main/workers.ts';

// A worker wired like the product's, with a prebuilt workflow bundle, and with the planted bug where it is asked for.
// Started by stand.ts; it must not outlive it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const [codePath, plant] = process.argv.slice(2);
if (!codePath) throw new Error('usage: worker.ts <workflow bundle> [resubmit-without-reconcile]');

const config = loadConfig();
const log = createLog(config.logLevel, null);
installTemporalRuntime(log, null);
const { services, temporal } = await openService(config);
const shared = { connection: await temporal.native(), namespace: temporal.namespace };
const { done } = await startWorkers(config, services, { ...shared, workflowBundle: { codePath } });
const planted = plant === 'resubmit-without-reconcile' ? ({ plantedBug: 'resubmit_without_reconcile' } as const) : {};
startDesks(config, services, { ...shared, client: temporal.client }, log, planted);
process.send?.('ready');
// A killed process saves nothing, and its successor would compile everything again.
flushCompileCache();
await done;
