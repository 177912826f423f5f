import { loadConfig } from '../config.ts';
import { fatalMessage } from './fatal.ts';
import { createLog, installTemporalRuntime } from './logging.ts';
import { openService, prepareService, startServiceWorkers } from './service.ts';

/** A worker on its own, for production: everything else is reached over the network. Ends on SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel, null);
  for (const warning of config.warnings) log.warn(warning);
  const service = await openService(config);
  try {
    await prepareService(config, service);
    installTemporalRuntime(log, config.ports.metrics === null ? null : `${config.host}:${config.ports.metrics}`);
    const workers = await startServiceWorkers(config, service, log);
    const stop = () => void workers.stop();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    log.info({ temporal: service.temporal.address, namespace: service.temporal.namespace }, 'worker is running');
    await workers.done;
  } finally {
    await service.close();
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
});
