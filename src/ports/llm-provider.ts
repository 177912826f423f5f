import type { ErrorCode } from '../contracts/errors.ts';
import type { AnswerFormat } from '../contracts/schemas/recommendation.ts';
import type { TokenUsage } from '../domain/llm/usage.ts';
import type { ProviderMode, ProviderName } from '../domain/research/provider.ts';

/** One question. `customId` matches `^[a-zA-Z0-9_-]{1,64}$` and starts with the job's key. */
export interface LlmItem {
  readonly customId: string;
  readonly system: string;
  readonly prompt: string;
}

/** A provider-neutral job. No temperature and the like: current models refuse them. */
export interface LlmJob {
  /** Our idempotency key; unique per task and round, `^[a-zA-Z0-9_-]{1,40}$`. */
  readonly key: string;
  readonly model: string;
  readonly items: readonly LlmItem[];
  readonly answer: AnswerFormat;
  readonly maxOutputTokens: number;
}

/** What was committed before a batch was submitted; enough to find it again at the provider. */
export interface BatchIntent {
  readonly key: string;
  readonly model: string;
  readonly itemCount: number;
  readonly payloadSha256: string;
  /** ISO time of the first attempt to submit, by our clock. */
  readonly intendedAt: string;
}

export type BatchSearch =
  | { readonly kind: 'found'; readonly providerJobId: string }
  /** Every page was read and no batch of ours is there. */
  | { readonly kind: 'absent' }
  /** A batch that may be ours is still open; submitting again now could pay twice. */
  | { readonly kind: 'undecided'; readonly reason: string };

export interface BatchCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

export interface BatchStatus {
  /** `ended` covers a completed batch whatever became of its items. */
  readonly state: 'working' | 'ended' | 'failed' | 'cancelled' | 'expired';
  /** The provider's own word, e.g. `in_progress`. */
  readonly providerStatus: string;
  readonly counts: BatchCounts | null;
  /** Why it failed, in the provider's words where it gives any. */
  readonly reason: string | null;
}

export type LlmItemResult =
  | {
      readonly customId: string;
      readonly outcome: 'answered';
      readonly text: string;
      readonly usage: TokenUsage;
      /** The provider says the answer was cut at the token limit. */
      readonly truncated: boolean;
    }
  | { readonly customId: string; readonly outcome: 'failed' | 'expired' | 'cancelled'; readonly reason: string };

export interface BatchResults {
  /** The provider's result lines as they came (JSONL), for the artifact store. */
  readonly raw: Uint8Array;
  readonly items: readonly LlmItemResult[];
}

export interface DirectAnswer {
  /** The provider's response body as it came (JSON), for the artifact store. */
  readonly raw: Uint8Array;
  readonly item: LlmItemResult;
}

/** Asynchronous jobs. Every call is one attempt: retries belong to the workflow. Failures are `ProviderError`s. */
export interface LlmBatchProvider {
  readonly provider: ProviderName;
  readonly mode: typeof ProviderMode.batch;
  /** Whether an emulator answers instead of the vendor. */
  readonly simulated: boolean;
  /** The exact payload, deterministic for a job: one JSON line per item in the vendor's format. */
  buildPayload(job: LlmJob): Uint8Array;
  /** Creates the batch at the provider, once; returns the provider's id. */
  submit(intent: BatchIntent, payload: Uint8Array, signal?: AbortSignal): Promise<{ providerJobId: string }>;
  /** Looks for the batch of an intent. `isClaimed` tells which provider ids already belong to other tasks. */
  find(
    intent: BatchIntent,
    isClaimed: (providerJobId: string) => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<BatchSearch>;
  poll(providerJobId: string, signal?: AbortSignal): Promise<BatchStatus>;
  harvest(providerJobId: string, signal?: AbortSignal): Promise<BatchResults>;
  cancel(providerJobId: string, signal?: AbortSignal): Promise<void>;
}

/** One synchronous call, by API or by the vendor's command line tool. A job here has exactly one item. */
export interface LlmDirectProvider {
  readonly provider: ProviderName;
  readonly mode: typeof ProviderMode.direct | typeof ProviderMode.cli;
  readonly simulated: boolean;
  ask(job: LlmJob, signal?: AbortSignal): Promise<DirectAnswer>;
}

export interface LlmProviders {
  batch(provider: ProviderName): LlmBatchProvider;
  direct(provider: ProviderName, mode: typeof ProviderMode.direct | typeof ProviderMode.cli): LlmDirectProvider;
}

/** A failed call to a provider. `effect` is what matters most: `none` proves that nothing was started there. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ErrorCode;
  readonly effect: 'none' | 'unknown';
  readonly retryAfterMs: number | null;
  readonly status: number | null;

  constructor(
    message: string,
    facts: { code: ErrorCode; effect: 'none' | 'unknown'; retryAfterMs?: number | null; status?: number | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = facts.code;
    this.effect = facts.effect;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.status = facts.status ?? null;
  }
}
