import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../../src/emulators/control/faults.ts';
import type { EmulatorState } from '../../../src/emulators/control/state.ts';
import { type EmulatorOptions, type RunningEmulators, startEmulators } from '../../../src/emulators/start.ts';
import {
  createGeneratedMarketData,
  GENERATED_SHARES,
  GENERATED_UNIVERSE,
} from '../../factories/generated-market-data.ts';

/** Emulators on free ports over generated prices. A batch takes 60 ms unless the test says otherwise. */
export function startOnFreePorts(options: Partial<EmulatorOptions> = {}): Promise<RunningEmulators> {
  return startEmulators({
    ports: { openai: 0, anthropic: 0, gemini: 0 },
    seed: '7',
    latencyMs: 60,
    marketData: createGeneratedMarketData(GENERATED_SHARES),
    ...options,
  });
}

/** A prompt as folios writes it, as of a day with a year of prices behind it. */
export function framePrompt(method = 'David Dreman contrarian'): string {
  return `Investment method: ${method}\nAs of: 2019-06-03\nUniverse: ${GENERATED_UNIVERSE.join(', ')}\n\nAnswer with JSON.`;
}

/** The control endpoint of one emulator; `url` may be any URL of it. */
export function controlOf(url: string) {
  const at = (path: string) => new URL(`/_control/${path}`, url);
  const send = async (method: string, path: string, body?: unknown) => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(at(path), { method, ...init });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<unknown>;
  };
  return {
    state: async () => (await send('GET', 'state')) as EmulatorState,
    arm: (fault: Fault) => send('POST', 'faults', fault),
    disarm: () => send('DELETE', 'faults'),
    latency: (wanted: { latencyMs?: number; directLatencyMs?: number; openBatches?: boolean }) =>
      send('POST', 'latency', wanted),
    reset: () => send('POST', 'reset'),
  };
}

/** Polls until `isDone`, at most ten seconds; gives every distinct value of `word` that was seen, and the last object. */
export async function follow<T>(
  poll: () => Promise<T>,
  word: (polled: T) => string,
  isDone: (polled: T) => boolean,
): Promise<{ words: string[]; last: T }> {
  const words: string[] = [];
  const deadline = Date.now() + 10_000;
  for (;;) {
    const polled = await poll();
    if (words.at(-1) !== word(polled)) words.push(word(polled));
    if (isDone(polled)) return { words, last: polled };
    if (Date.now() > deadline) throw new Error(`not done: ${words.join(' → ')}`);
    await sleep(10);
  }
}

/** What a call failed with; fails itself if the call succeeds. */
export async function failureOf(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('the call should have failed');
}

/** Of `order`, the words that were seen: equal to them where they came in this order, whichever a slow poll missed. */
export function inOrder(order: readonly string[], words: readonly string[]): string[] {
  return order.filter((word) => words.includes(word));
}

export async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
}
