import type { ProviderName } from '../../domain/research/provider.ts';
import type { ItemOutcome } from '../control/faults.ts';

/** One question, whatever vendor's format it came in. */
export interface Question {
  readonly provider: ProviderName;
  readonly model: string;
  readonly system: string;
  /** The user's texts, joined by blank lines. */
  readonly prompt: string;
  readonly imageCount: number;
  /** JSON schema of the wanted answer; `any` JSON where only that was asked for. */
  readonly format: { readonly kind: 'text' } | { readonly kind: 'any' } | { readonly kind: 'schema'; schema: unknown };
  readonly maxOutputTokens: number | null;
}

export interface Answer {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Cut at the token limit; the vendor says so in its own words. */
  readonly truncated: boolean;
}

/** Outcomes that shape an answer, as opposed to those that leave none. */
export type AnswerShape = Exclude<ItemOutcome, 'item_failed' | 'item_expired'>;
