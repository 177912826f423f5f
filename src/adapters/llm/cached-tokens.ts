import type { TokenUsage } from '../../domain/llm/usage.ts';

/** What a provider says of tokens from its cache, where there were any. */
export function cachedTokens(count: number | null | undefined): Pick<TokenUsage, 'cachedInputTokens'> {
  return count ? { cachedInputTokens: count } : {};
}
