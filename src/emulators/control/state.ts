import type { ProviderName } from '../../domain/research/provider.ts';
import type { Fault } from './faults.ts';

/** One synchronous call that was answered, or refused by an armed outcome. */
export interface DirectCall {
  readonly id: string;
  /** ISO time. */
  readonly at: string;
  readonly model: string;
  /** How it was asked: `responses`, `messages`, `generateContent`, `streamGenerateContent`, … */
  readonly method: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Hash of the user's text, to tell calls apart and repeated calls together. */
  readonly promptSha256: string;
  readonly promptHead: string;
  /** What our prompt's frame said, where there was one. */
  readonly frame: { readonly method: string; readonly asOf: string } | null;
  readonly metadata: unknown;
  readonly outcome: string | null;
}

/** One HTTP request as it arrived; `status` 0 is a connection that the emulator destroyed or the client left. */
export interface HttpCall {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  operation: string | null;
  fault: string | null;
  status: number;
}

export interface BatchSummary {
  readonly id: string;
  readonly createdAt: string;
  readonly status: string;
  readonly model: string;
  readonly itemCount: number;
  /** The keys of its items: custom ids, or Gemini's `metadata.key` and file keys. At most the first 1000. */
  readonly customIds: readonly string[];
  /** OpenAI's. */
  readonly metadata: unknown;
  /** Gemini's. */
  readonly displayName: string | null;
  readonly inputFileName: string | null;
  /** The armed outcome that this batch took, if any. */
  readonly outcome: string | null;
}

/** Answer of `GET /_control/state`: everything that an emulator took. */
export interface EmulatorState {
  readonly provider: ProviderName;
  readonly simulated: true;
  readonly seed: string;
  readonly latencyMs: number;
  readonly directLatencyMs: number;
  readonly faults: readonly Fault[];
  /** Oldest first. */
  readonly batches: readonly BatchSummary[];
  readonly files: readonly { id: string; name: string; bytes: number; createdAt: string }[];
  /** Oldest first; at most the last 5000, `directCallCount` counts all. */
  readonly directCalls: readonly DirectCall[];
  readonly directCallCount: number;
  /** How often each operation was called. */
  readonly calls: Readonly<Record<string, number>>;
  /** Oldest first; at most the last 1000. */
  readonly recentCalls: readonly HttpCall[];
}
