import type { ProviderName } from '../../domain/research/provider.ts';

const PROVIDER_TITLES: Readonly<Record<ProviderName, string>> = {
  openai: 'OpenAI',
  gemini: 'Gemini',
  anthropic: 'Anthropic',
};

/** The provider as its vendor writes it. */
export function providerTitle(provider: ProviderName): string {
  return PROVIDER_TITLES[provider];
}

/** `1 task`, `2 tasks`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
