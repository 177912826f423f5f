/** The LLM providers that compete. */
export const ProviderName = { openai: 'openai', gemini: 'gemini', anthropic: 'anthropic' } as const;
export type ProviderName = (typeof ProviderName)[keyof typeof ProviderName];
export const PROVIDER_NAMES = Object.values(ProviderName);

/** How a provider is asked: an asynchronous batch, one direct call, or its command line tool as a child process. */
export const ProviderMode = { batch: 'batch', direct: 'direct', cli: 'cli' } as const;
export type ProviderMode = (typeof ProviderMode)[keyof typeof ProviderMode];

/** Only Gemini's vendor ships a command line tool that answers one prompt and ends. */
export const MODES_OF: Readonly<Record<ProviderName, readonly ProviderMode[]>> = {
  openai: ['batch', 'direct'],
  anthropic: ['batch', 'direct'],
  gemini: ['batch', 'direct', 'cli'],
};
