import { DefaultLogger, Runtime } from '@temporalio/worker';
import { openDatabase } from '../../db/connection.ts';
import { connectTemporal } from '../../src/adapters/temporal/connection.ts';
import { loadConfig } from '../../src/config.ts';
import { databaseUrl } from '../../src/main/database-url.ts';
import { createActivities, createServices } from '../../src/main/services.ts';
import { temporalSettings } from '../../src/main/temporal-settings.ts';
import { startWorkers } from '../../src/main/workers.ts';
import { buildWorkflowBundle } from '../../src/main/workflow-bundle.ts';

// A worker process wired like the product's, which kills itself after an alert was sent and before that is recorded. It must
// not outlive the test.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

Runtime.install({ logger: new DefaultLogger('ERROR') });
const config = loadConfig();
const services = createServices(config, openDatabase(await databaseUrl(config)));
const deliveries = {
  ...services.deliveries,
  recordAttempt: async () => process.kill(process.pid, 'SIGKILL') as never,
};
const temporal = await connectTemporal(temporalSettings(config));
const { done } = await startWorkers(
  config,
  services,
  {
    connection: await temporal.native(),
    namespace: temporal.namespace,
    workflowBundle: await buildWorkflowBundle(config.root),
  },
  createActivities(config, { ...services, deliveries }),
);
process.send?.('ready');
await done;
