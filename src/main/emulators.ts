import { join } from 'node:path';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import { loadConfig } from '../config.ts';
import { type RunningEmulators, startEmulators } from '../emulators/start.ts';
import type { TwsSimulator } from '../emulators/tws/simulator.ts';
import { fatalMessage } from './fatal.ts';
import { startConfiguredTws } from './tws-simulator.ts';

/** `npm run emulators`: the three provider APIs and TWS on their own, until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const config = loadConfig();
  const stopped = stopSignal();
  const emulators = await startEmulators({
    host: config.host,
    ports: config.ports.emulators,
    seed: String(config.emulators.seed),
    latencyMs: config.emulators.latencyMs,
    marketData: createReplayMarketData(join(config.root, 'data')),
    stateDir: join(config.stateDir, 'emulators'),
  });
  try {
    const tws = await startConfiguredTws(config, (line) => void process.stderr.write(`${line}\n`));
    process.stdout.write(banner(emulators.urls, config.emulators.latencyMs) + twsBanner(tws));
    await stopped;
    await tws.close();
  } finally {
    await emulators.close();
  }
}

/** Resolves at the first signal; a second one finds the default handling again and ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function banner(urls: RunningEmulators['urls'], latencyMs: number): string {
  return `SIMULATED: these are emulators of the providers' APIs. Their answers screen bundled historical prices; no model is asked.

  OpenAI     ${urls.openai}
  Anthropic  ${urls.anthropic}
  Gemini     ${urls.gemini}

A batch takes ${latencyMs} ms (FOLIOS_EMULATOR_LATENCY_MS). To point any SDK or command line tool of the vendors at them:

  export OPENAI_BASE_URL=${urls.openai} OPENAI_API_KEY=emulated
  export ANTHROPIC_BASE_URL=${urls.anthropic} ANTHROPIC_API_KEY=emulated
  export GOOGLE_GEMINI_BASE_URL=${urls.gemini} GEMINI_API_KEY=emulated

What each of them took, and its faults and latency, stand at /_control on its port:

  curl ${urls.gemini}/_control/state
  curl -X POST ${urls.gemini}/_control/faults -d '{"on": "create", "fault": "429", "times": 2, "retryAfterSeconds": 5}'
  curl -X POST ${urls.gemini}/_control/latency -d '{"latencyMs": 60000}'
`;
}

function twsBanner({ port, url }: TwsSimulator): string {
  return `
TWS (Interactive Brokers) listens on port ${port} for @stoqey/ib, ib_async and ibapi; its market is bundled history and
no order leaves this machine. Its ledger, prices and faults stand at ${url}/_control:

  curl ${url}/_control/ledger
  curl -X POST ${url}/_control/price -d '{"symbol": "KO", "bid": "54.10", "ask": "54.11"}'
  curl -X POST ${url}/_control/faults -d '{"fault": "disconnect_after", "on": "placeOrder"}'
  curl -X POST ${url}/_control/day -d '{"day": "2021-03-01"}'

On its own it knows no market clock: its day moves with the last of these. Ctrl-C stops them.
`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
}
