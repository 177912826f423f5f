import type { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { PlanResearchInput, ResearchRunInput, SnapshotPortfoliosInput } from '../schemas/workflow-inputs.ts';

export interface EnqueuedTaskSummary {
  readonly taskId: string;
  readonly requestId: string;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  readonly model: string;
  /** The account that competes for this strategy and provider, opened or not. */
  readonly accountId: string;
  /** False where a recent submission exists already or the task has ended; this run then leaves the task alone. */
  readonly enqueued: boolean;
}

export interface EnqueuedRun {
  readonly requestGroupId: string;
  readonly strategyId: string;
  readonly strategySlug: string;
  readonly strategyName: string;
  readonly strategyVersion: number;
  readonly asOf: string;
  readonly hold: boolean;
  readonly tasks: readonly EnqueuedTaskSummary[];
}

export interface StaleStrategy {
  readonly strategyId: string;
  readonly slug: string;
  readonly name: string;
  readonly version: number;
  readonly providers: readonly ProviderName[];
  readonly lastSubmittedAt: string | null;
  readonly staleAfterDays: number;
  /** The group a run started by this plan gets; the same for every retry of the plan. */
  readonly requestGroupId: string;
}

export interface ResearchPlan {
  readonly dryRun: boolean;
  readonly stale: readonly StaleStrategy[];
}

export interface PortfolioSnapshotSummary {
  readonly accountId: string;
  readonly marketDate: string;
  readonly totalUsd: string;
}

export interface ResearchActivities {
  /** Validates the input and lists what is stale. INPUT_INVALID. */
  planResearch(input: PlanResearchInput): Promise<ResearchPlan>;
  /** Validates the input and makes the rows of one run. INPUT_INVALID, STRATEGY_NOT_FOUND, PROVIDER_UNKNOWN, PROVIDER_KEY_MISSING. */
  enqueueResearch(input: ResearchRunInput): Promise<EnqueuedRun>;
  /** Validates the input and values every portfolio. Idempotent per account and day. INPUT_INVALID. */
  snapshotPortfolios(input: SnapshotPortfoliosInput): Promise<readonly PortfolioSnapshotSummary[]>;
}
