import { Secret } from './config-secret.ts';
import type { ConfigValues } from './config-variables.ts';
import { FoliosError } from './contracts/errors.ts';
import { PROVIDER_NAMES, type ProviderName } from './domain/research/provider.ts';

/** How one LLM provider is reached and how patiently. */
export interface ProviderConfig {
  /** Whether our emulator answers instead of the vendor. */
  readonly simulated: boolean;
  /** The user's key for the vendor; a placeholder while emulated, so that a real key never leaves by accident. */
  readonly apiKey: Secret<string>;
  /** Null means the vendor's own address, as its SDK knows it. */
  readonly baseUrl: string | null;
  readonly pollIntervalMs: number;
  readonly pollMaxIntervalMs: number;
  readonly submitQuietMs: number;
}

export function emulatorPorts(values: ConfigValues): Record<ProviderName, number> {
  return {
    openai: values.FOLIOS_OPENAI_EMULATOR_PORT,
    anthropic: values.FOLIOS_ANTHROPIC_EMULATOR_PORT,
    gemini: values.FOLIOS_GEMINI_EMULATOR_PORT,
  };
}

/** Emulated unless said otherwise; PROVIDER_KEY_MISSING names each real provider whose key is not set. */
export function providerConfigs(values: ConfigValues): Record<ProviderName, ProviderConfig> {
  const host = values.FOLIOS_EMULATOR_HOST;
  const ports = emulatorPorts(values);
  const facts = {
    openai: {
      mode: values.FOLIOS_OPENAI,
      keyName: 'OPENAI_API_KEY',
      emulator: `http://${host}:${ports.openai}/v1`,
      baseUrl: values.OPENAI_BASE_URL,
    },
    anthropic: {
      mode: values.FOLIOS_ANTHROPIC,
      keyName: 'ANTHROPIC_API_KEY',
      emulator: `http://${host}:${ports.anthropic}`,
      baseUrl: values.ANTHROPIC_BASE_URL,
    },
    gemini: {
      mode: values.FOLIOS_GEMINI,
      keyName: 'GEMINI_API_KEY',
      emulator: `http://${host}:${ports.gemini}`,
      baseUrl: values.GOOGLE_GEMINI_BASE_URL,
    },
  } as const;
  const isReal = (provider: ProviderName) => (facts[provider].mode ?? values.FOLIOS_PROVIDERS) === 'real';
  const missing = PROVIDER_NAMES.filter((one) => isReal(one) && values[facts[one].keyName] === undefined);
  if (missing.length > 0) throw keyMissing(missing.map((one) => ({ provider: one, variable: facts[one].keyName })));
  const entries = PROVIDER_NAMES.map((provider) => {
    const real = isReal(provider);
    const { emulator, baseUrl, keyName } = facts[provider];
    return [
      provider,
      {
        simulated: !real,
        apiKey: new Secret((real ? values[keyName] : undefined) ?? 'emulated'),
        baseUrl: real ? (baseUrl ?? null) : emulator,
        ...patience(values, real),
      },
    ] as const;
  });
  return Object.fromEntries(entries) as Record<ProviderName, ProviderConfig>;
}

function patience(values: ConfigValues, real: boolean) {
  const pollIntervalMs = values.FOLIOS_POLL_INTERVAL_MS ?? (real ? 30_000 : 1000);
  return {
    pollIntervalMs,
    pollMaxIntervalMs: values.FOLIOS_POLL_MAX_INTERVAL_MS ?? Math.max(pollIntervalMs, real ? 300_000 : 5000),
    submitQuietMs: values.FOLIOS_SUBMIT_QUIET_MS ?? (real ? 20_000 : 3000),
  };
}

function keyMissing(missing: readonly { provider: ProviderName; variable: string }[]): FoliosError {
  const lines = missing.map(
    ({ provider, variable }) =>
      `${provider} is configured as real, but ${variable} is not set. Set it, or go back to the emulator with ` +
      `FOLIOS_${provider.toUpperCase()}=emulated.`,
  );
  return new FoliosError('PROVIDER_KEY_MISSING', lines.join('\n'), { missing });
}
