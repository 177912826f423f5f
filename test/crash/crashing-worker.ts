import { flushCompileCache } from 'node:module';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { openDatabase } from '../../db/connection.ts';
import { connectTemporal } from '../../src/adapters/temporal/connection.ts';
import { loadConfig } from '../../src/config.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import type { EmulatorState } from '../../src/emulators/control/state.ts';
import { databaseUrl } from '../../src/main/database-url.ts';
import { createActivities, createServices } from '../../src/main/services.ts';
import { temporalSettings } from '../../src/main/temporal-settings.ts';
import { startWorkers } from '../../src/main/workers.ts';
import { trapActivities, trapServices } from './boundaries.ts';
import { FuseBox } from './crash-points.ts';
import { Trap } from './trap.ts';

// A worker process wired like the product's, which kills itself where the test's fuse says. Started by worker-process.ts
// with the folder of the fuse and the prebuilt workflow bundle; it must not outlive the test.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const [controlDir, codePath] = process.argv.slice(2);
if (!controlDir || !codePath) throw new Error('usage: crashing-worker.ts <folder of the fuse> <workflow bundle>');

Runtime.install({ logger: new DefaultLogger('ERROR') });
const config = loadConfig();
const fuses = new FuseBox(controlDir);
const trap = new Trap(fuses);
const services = trapServices(createServices(config, openDatabase(await databaseUrl(config))), {
  trap,
  fuses,
  stateOf: async (provider: ProviderName) => {
    const { origin } = new URL(config.providers[provider].baseUrl ?? '');
    return (await (await fetch(`${origin}/_control/state`)).json()) as EmulatorState;
  },
});
const temporal = await connectTemporal(temporalSettings(config));
const { done } = await startWorkers(
  config,
  services,
  { connection: await temporal.native(), namespace: temporal.namespace, workflowBundle: { codePath } },
  trapActivities(createActivities(config, services), trap),
);
process.send?.('ready');
// A killed process saves nothing, and its successor would compile everything again.
flushCompileCache();
await done;
