import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodeOf } from '../../src/contracts/errors.ts';
import type { RunningEmulators } from '../../src/emulators/start.ts';
import { requireFreePort } from '../../src/main/embedded/ports.ts';

const PORT_VARIABLES = [
  'FOLIOS_API_PORT',
  'FOLIOS_TEMPORAL_PORT',
  'FOLIOS_TEMPORAL_UI_PORT',
  'FOLIOS_POSTGRES_PORT',
  'FOLIOS_OPENAI_EMULATOR_PORT',
  'FOLIOS_ANTHROPIC_EMULATOR_PORT',
  'FOLIOS_GEMINI_EMULATOR_PORT',
  'FOLIOS_TWS_EMULATOR_PORT',
  'FOLIOS_TWS_CONTROL_PORT',
] as const;
export type PortVariable = (typeof PORT_VARIABLES)[number];

/** Below the range from which systems take the ports of outgoing connections. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** folios on a machine of its own: an empty state directory, ports that nobody uses, and nothing of what the user has configured. */
export interface IsolatedEnvironment {
  readonly stateDir: string;
  readonly ports: Readonly<Record<PortVariable, number>>;
  readonly env: Readonly<Record<string, string>>;
  /** Where the emulators are when the stack is up. */
  readonly emulators: RunningEmulators['urls'];
  remove(): Promise<void>;
}

export async function isolatedEnvironment(overrides: Record<string, string> = {}): Promise<IsolatedEnvironment> {
  const stateDir = await realpath(await mkdtemp(join(tmpdir(), 'folios-e2e-')));
  const ports = await choosePorts();
  const portTexts = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));
  const at = (name: PortVariable) => `http://127.0.0.1:${ports[name]}`;
  return {
    stateDir,
    ports,
    env: { ...neutralEnvironment(), FOLIOS_STATE_DIR: stateDir, ...portTexts, ...overrides },
    emulators: {
      openai: `${at('FOLIOS_OPENAI_EMULATOR_PORT')}/v1`,
      anthropic: at('FOLIOS_ANTHROPIC_EMULATOR_PORT'),
      gemini: at('FOLIOS_GEMINI_EMULATOR_PORT'),
    },
    remove: () => rm(stateDir, { recursive: true, force: true }),
  };
}

/** Neither the user's settings nor Jest's; the cache of built programs and the mark of the test run stay. */
function neutralEnvironment(): Record<string, string> {
  const foreign =
    /^(FOLIOS_(?!TEST_|CACHE_DIR)|TEMPORAL_|DATABASE_URL$|PG[A-Z]+$|AWS_|(OPENAI|ANTHROPIC|GEMINI|GOOGLE)_)/;
  const jest = /^(NODE_OPTIONS|NODE_ENV|JEST_WORKER_ID|FORCE_COLOR)$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name) && !jest.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

async function choosePorts(): Promise<Record<PortVariable, number>> {
  const chosen = new Set<number>();
  while (chosen.size < PORT_VARIABLES.length) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (await isFree(port)) chosen.add(port);
  }
  const ports = [...chosen];
  return Object.fromEntries(PORT_VARIABLES.map((name, index) => [name, ports[index]])) as Record<PortVariable, number>;
}

async function isFree(port: number): Promise<boolean> {
  try {
    await requireFreePort(port, 'a test', 'none');
    return true;
  } catch (error) {
    if (errorCodeOf(error) === null) throw error;
    return false;
  }
}
