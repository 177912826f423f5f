import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runDemo } from '../cli/demo/run-demo.ts';
import { type Config, loadConfig } from '../config.ts';
import { cliContext, serviceUrls } from './cli-context.ts';
import { type EmbeddedStack, startEmbeddedStack } from './embedded-stack.ts';
import { fatalMessage } from './fatal.ts';
import { createLog } from './logging.ts';
import { simulatedParts } from './simulated.ts';

/** What the first run shows: bought at the first day (FOLIOS_REPLAY_START), valued a year of prices later. */
const DEMO_STRATEGY = 'dreman-contrarian';
const DEMO_WINDOW_END = '2021-12-31';

/** So long the screen may take for its last picture before the stack stops under it. */
const LAST_PICTURE_MS = 1_000;

/** `npm start`: everything embedded, one research lifecycle before the user's eyes, then up until Ctrl-C. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
  const config = loadConfig();
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const log = createLog(config.logLevel, join(config.stateDir, 'logs/folios.log'));
  const stopRequested = stopSignal();

  say(`folios · ${simulatedParts(config).join(' · ')}\n`);
  for (const warning of config.warnings) say(`warning: ${warning}`);
  let isStarting = true;
  let stopping: 'stop' | null = null;
  void stopRequested.then((stop) => {
    stopping = stop;
    if (isStarting) say('stopping as soon as the start is through; Ctrl-C again ends it now');
  });
  const stack = await startEmbeddedStack(config, say, log);
  isStarting = false;
  try {
    say('');
    const ended = stopping ?? (await showLifecycle(config, stack, stopRequested));
    if (ended === 'stop') {
      say('\nstopping; the run goes on where it was at the next start');
      return 130;
    }
    if (values.exit) return ended.ok ? 0 : 1;
    say(whereToLook(config));
    await Promise.race([stopRequested, stack.failed]);
    say('\nstopping');
    return 0;
  } finally {
    await stack.stop();
  }
}

/** The first lifecycle, until it is reported, somebody wants to stop, or a part fails, whichever comes first. */
async function showLifecycle(
  config: Config,
  { service, failed }: EmbeddedStack,
  stopRequested: Promise<'stop'>,
): Promise<{ ok: boolean } | 'stop'> {
  const context = cliContext(config, service.services, service.temporal);
  const output = { stream: process.stdout, isTTY: process.stdout.isTTY === true };
  const watching = new AbortController();
  const options = { strategySlug: DEMO_STRATEGY, windowEnd: DEMO_WINDOW_END, signal: watching.signal };
  // A call that still waits when its connection is closed would be tried again by the SDK, which ends the process.
  const demo = service.temporal.client.withAbortSignal(watching.signal, () => runDemo(context, output, options));
  try {
    return await Promise.race([demo, stopRequested, failed]);
  } finally {
    watching.abort();
    await Promise.race([demo.catch(() => undefined), delay(LAST_PICTURE_MS, undefined, { ref: false })]);
  }
}

function whereToLook(config: Config): string {
  const urls = serviceUrls(config).map(({ name, url }) => `  ${name.padEnd(20)} ${url}`);
  return [
    'folios is up:',
    ...urls,
    '',
    'Next:  npm run folios -- status      npm run folios -- --help      Ctrl-C stops, the state stays',
  ].join('\n');
}

/**
 * Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. The handler stays in place: libraries
 * that restore the terminal end the process themselves when they find nobody else listening.
 */
function stopSignal(): Promise<'stop'> {
  return new Promise((resolve) => {
    let signals = 0;
    const handle = (signal: 'SIGINT' | 'SIGTERM') => {
      signals += 1;
      if (signals > 1) process.exit(128 + constants.signals[signal]);
      resolve('stop');
    };
    process.on('SIGINT', handle).on('SIGTERM', handle);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
}
