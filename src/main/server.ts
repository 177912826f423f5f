import { loadConfig } from '../config.ts';
import { startApiServer } from './api-server.ts';
import { fatalMessage } from './fatal.ts';
import { createLog } from './logging.ts';
import { openService } from './service.ts';

/** The API on its own, for production. Ends on SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel, null);
  for (const warning of config.warnings) log.warn(warning);
  const service = await openService(config);
  const app = await startApiServer(config, service, log);
  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping');
    await app.close();
    await service.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  log.info({ port: config.ports.api }, 'API is listening');
}

await main().catch((error: unknown) => {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
});
