import { FoliosError } from '../contracts/errors.ts';
import type { ProviderName } from '../domain/research/provider.ts';
import type { MarketData } from '../ports/market-data.ts';
import { createAnswerer } from './answers/answerer.ts';
import { createAnthropicEmulator } from './anthropic/server.ts';
import { createEngine, type Engine, type ProviderApp } from './engine/engine.ts';
import { createGeminiEmulator } from './gemini/server.ts';
import { createOpenAiEmulator } from './openai/server.ts';

export interface EmulatorOptions {
  /** Address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly ports: { readonly openai: number; readonly anthropic: number; readonly gemini: number };
  /** The same seed, prompt and prices give the same answer. */
  readonly seed: string;
  /** How long a batch takes from creation to its end, in milliseconds; 0 ends it at once. 3000 when absent. */
  readonly latencyMs?: number;
  /** How long a direct call takes, in milliseconds; 0 when absent. */
  readonly directLatencyMs?: number;
  /** The source of prices for screening. */
  readonly marketData: MarketData;
  /** Where batches and files are kept so that a restart loses nothing; in memory when absent. */
  readonly stateDir?: string;
}

export interface RunningEmulators {
  /** Base URLs as the vendors' SDKs expect them: only OpenAI's includes `/v1`. */
  readonly urls: { readonly openai: string; readonly anthropic: string; readonly gemini: string };
  close(): Promise<void>;
}

/**
 * Starts the emulators of the three provider APIs, each on a port of its own, and resolves when all of them listen.
 * Fails after closing those that had started: with PORT_IN_USE, which names the port and its variable, or with the
 * system's error.
 */
export async function startEmulators(options: EmulatorOptions): Promise<RunningEmulators> {
  const answerer = createAnswerer(options.marketData, options.seed);
  const engines = {
    openai: createEngine('openai', options, answerer),
    anthropic: createEngine('anthropic', options, answerer),
    gemini: createEngine('gemini', options, answerer),
  };
  const running: { app: ProviderApp; engine: Engine }[] = [];
  const close = async () => {
    await Promise.all(
      running.map(async ({ app, engine }) => {
        engine.stop();
        await app.close();
      }),
    );
  };
  const listen = async (app: ProviderApp, engine: Engine): Promise<string> => {
    const port = options.ports[engine.provider];
    try {
      const url = await app.listen({ host: options.host ?? '127.0.0.1', port });
      running.push({ app, engine });
      return url;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? portInUse(engine.provider, port, error) : error;
    }
  };
  try {
    const openai = await listen(createOpenAiEmulator(engines.openai), engines.openai);
    const anthropic = await listen(createAnthropicEmulator(engines.anthropic), engines.anthropic);
    const gemini = await listen(createGeminiEmulator(engines.gemini), engines.gemini);
    return { urls: { openai: `${openai}/v1`, anthropic, gemini }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function portInUse(provider: ProviderName, port: number, cause: unknown): FoliosError {
  const variable = `FOLIOS_${provider.toUpperCase()}_EMULATOR_PORT`;
  return new FoliosError(
    'PORT_IN_USE',
    `port ${port} for the ${provider} emulator is taken by another program; free it or set ${variable} to another one`,
    { port, variable },
    { cause },
  );
}
