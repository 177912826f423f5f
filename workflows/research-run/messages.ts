import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { EnqueuedRun } from '../../src/contracts/activities/research.ts';
import type { ResearchRunInput } from '../../src/contracts/schemas/workflow-inputs.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';

export type { ResearchRunInput };

export interface ProviderOutcome {
  readonly provider: ProviderName;
  readonly taskId: string;
  readonly state: 'working' | 'succeeded' | 'executed' | 'failed' | 'denied';
  readonly recommendationCount: number;
  readonly failure: { readonly code: string; readonly reason: string } | null;
  /** The account's total after its ticket, in US dollars. */
  readonly totalUsd: string | null;
}

export interface ResearchRunResult {
  readonly run: EnqueuedRun;
  readonly outcomes: readonly ProviderOutcome[];
}

/** Answers as soon as the rows of this run exist and their jobs take messages. */
export const enqueuedUpdate = defineUpdate<EnqueuedRun>('enqueued');
export const outcomesQuery = defineQuery<readonly ProviderOutcome[]>('outcomes');
