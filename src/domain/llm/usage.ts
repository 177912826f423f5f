/** Tokens of one LLM call as the provider reports them. */
export interface TokenUsage {
  /** All of them, the cached ones included. */
  readonly inputTokens: number;
  /** Of these, what the provider read from its cache, which is cheaper; none when absent. */
  readonly cachedInputTokens?: number;
  readonly outputTokens: number;
}
