import type { Config } from '../config.ts';
import { PROVIDER_NAMES } from '../domain/research/provider.ts';

const TITLES = { openai: 'OpenAI', gemini: 'Gemini', anthropic: 'Anthropic' } as const;

/** What is not real in this service, in sentences for the terminal, the API and the UI. */
export function simulatedParts(config: Config): string[] {
  const emulated = PROVIDER_NAMES.filter((provider) => config.providers[provider].simulated);
  return [
    ...(emulated.length > 0 ? [`LLM providers are emulated (${emulated.map((one) => TITLES[one]).join(', ')})`] : []),
    'prices are replayed history (strategies with another price source say so)',
    'paper accounts trade with the paper broker, options at prices of a model',
    ...(config.ibkr.simulated ? ['accounts at Interactive Brokers trade with a TWS simulator'] : []),
  ];
}
