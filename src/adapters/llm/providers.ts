import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FoliosError } from '../../contracts/errors.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { LlmBatchProvider, LlmDirectProvider, LlmProviders } from '../../ports/llm-provider.ts';
import { createAnthropicBatchProvider } from '../anthropic/batch.ts';
import { createAnthropicDirectProvider } from '../anthropic/direct.ts';
import { createGeminiBatchProvider } from '../gemini/batch.ts';
import { createGeminiDirectProvider } from '../gemini/direct.ts';
import { createGeminiCliProvider } from '../gemini-cli/direct.ts';
import { createOpenAiBatchProvider } from '../openai/batch.ts';
import { createOpenAiDirectProvider } from '../openai/direct.ts';
import type { ProviderSettings } from './settings.ts';

/** One provider as configured: a real one needs its key, a simulated one the emulator's address. */
export interface ProviderConfiguration {
  readonly apiKey: string | null;
  readonly baseUrl: string | null;
  readonly simulated: boolean;
}

export interface LlmSettings extends Readonly<Record<ProviderName, ProviderConfiguration>> {
  /** Where command line tools get their folders, one a call; the system's temporary folder if it is not named. */
  readonly workDir?: string;
}

const KEY_VARIABLES: Readonly<Record<ProviderName, string>> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  gemini: 'GEMINI_API_KEY',
};

const BATCH: Readonly<Record<ProviderName, (settings: ProviderSettings) => LlmBatchProvider>> = {
  openai: createOpenAiBatchProvider,
  anthropic: createAnthropicBatchProvider,
  gemini: createGeminiBatchProvider,
};

const DIRECT: Readonly<Record<ProviderName, (settings: ProviderSettings) => LlmDirectProvider>> = {
  openai: createOpenAiDirectProvider,
  anthropic: createAnthropicDirectProvider,
  gemini: createGeminiDirectProvider,
};

/**
 * All LLM providers, each built when it is first asked for, so that a key is needed only for what is used.
 * PROVIDER_KEY_MISSING for a real provider without a key, PROVIDER_UNKNOWN for a mode the vendor does not have,
 * CONFIG_INVALID for a simulated provider without its emulator's address.
 */
export function createLlmProviders(settings: LlmSettings): LlmProviders {
  const built = new Map<string, LlmBatchProvider | LlmDirectProvider>();
  function once<T extends LlmBatchProvider | LlmDirectProvider>(name: string, build: () => T): T {
    const provider = (built.get(name) as T | undefined) ?? build();
    built.set(name, provider);
    return provider;
  }
  return {
    batch: (provider) => once(`${provider}/batch`, () => BATCH[provider](connectionOf(provider, settings[provider]))),
    direct: (provider, mode) =>
      once(`${provider}/${mode}`, () => {
        const connection = connectionOf(provider, settings[provider]);
        if (mode === 'direct') return DIRECT[provider](connection);
        if (provider !== 'gemini') {
          throw new FoliosError('PROVIDER_UNKNOWN', `${provider} has no command line mode`, { provider, mode });
        }
        const workDir = settings.workDir ?? join(tmpdir(), 'folios-gemini-cli');
        return createGeminiCliProvider({ ...connection, workDir });
      }),
  };
}

function connectionOf(provider: ProviderName, configured: ProviderConfiguration): ProviderSettings {
  const { baseUrl, simulated } = configured;
  if (!simulated) {
    if (!configured.apiKey) {
      const variable = KEY_VARIABLES[provider];
      throw new FoliosError('PROVIDER_KEY_MISSING', `${provider} is configured as real, but ${variable} is not set`, {
        provider,
        variable,
      });
    }
    return { apiKey: configured.apiKey, baseUrl, simulated };
  }
  // Without an address the SDK would call the vendor itself, and call the answer simulated.
  if (baseUrl === null) {
    throw new FoliosError('CONFIG_INVALID', `${provider} is simulated, but has no emulator's address`, { provider });
  }
  return { apiKey: configured.apiKey || 'emulated', baseUrl, simulated };
}
