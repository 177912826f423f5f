import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LogLevel, Runtime } from '@temporalio/worker';
import pino, { type Logger } from 'pino';

/** Structured logs: to a file beside the state, or to stdout where a process manager collects them. */
export function createLog(level: string, file: string | null): Logger {
  if (file === null) return pino({ level });
  mkdirSync(dirname(file), { recursive: true });
  return pino({ level }, pino.destination({ dest: file, sync: false, mkdir: true }));
}

/** Warnings about what we do on purpose: most of our workers serve activities only. */
const EXPECTED = /^No (workflows|activities) registered/;

/**
 * Routes the Temporal SDK's own messages into our log, and shows its figures to Prometheus at `metricsAddress` (host:port,
 * null for nowhere); once per process, right before the first worker: the SDK's native
 * part keeps the process alive from here until the last connection of workers is closed.
 */
export function installTemporalRuntime(log: Logger, metricsAddress: string | null): void {
  const temporal = log.child({ part: 'temporal-sdk' });
  const write = (level: LogLevel, message: string, meta: object = {}) => {
    if (level === 'ERROR') temporal.error(meta, message);
    else if (level === 'WARN' && !EXPECTED.test(message)) temporal.warn(meta, message);
    // The SDK reports every worker state at INFO, which is detail to us.
    else temporal.debug(meta, message);
  };
  Runtime.install({
    logger: {
      log: write,
      trace: (message, meta) => write('TRACE', message, meta),
      debug: (message, meta) => write('DEBUG', message, meta),
      info: (message, meta) => write('INFO', message, meta),
      warn: (message, meta) => write('WARN', message, meta),
      error: (message, meta) => write('ERROR', message, meta),
    },
    // Otherwise the native part writes its warnings straight to the terminal.
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === null ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    // The process that owns the workers decides when they stop.
    shutdownSignals: [],
  });
}
