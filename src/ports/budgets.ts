import type { DecimalString } from '../domain/money/decimal.ts';
import type { ProviderMode, ProviderName } from '../domain/research/provider.ts';

/** What calls to models may cost on one UTC day. */
export interface LlmBudget {
  /** Null for the whole service. */
  readonly strategyId: string | null;
  /** Null for no limit. */
  readonly dailyUsd: DecimalString | null;
  readonly setBy: string;
  readonly setAt: Date;
}

/** A budget and how much of it is gone on a day. */
export interface BudgetStand extends LlmBudget {
  readonly strategySlug: string | null;
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  /** Real costs of the day's calls that have ended. */
  readonly spentUsd: DecimalString;
  /** Upper bounds of those under way. */
  readonly reservedUsd: DecimalString;
}

export interface BudgetReservation {
  /** Our key of the call: a second reservation with the same key is the first one. */
  readonly callId: string;
  readonly taskId: string;
  readonly strategyId: string;
  /** The most that the call can cost. */
  readonly upperBoundUsd: DecimalString;
  readonly at: Date;
}

export type ReservationAnswer =
  | { readonly granted: true }
  /** In words: which budget, how much of it is left, and how much was wanted. */
  | { readonly granted: false; readonly reason: string };

export interface LlmBudgets {
  /**
   * Takes the upper bound of a call from the day's budgets of its strategy and of the service, or denies it and raises an
   * alert. Two calls never get the same dollar. One that was released is asked for anew.
   */
  reserve(reservation: BudgetReservation): Promise<ReservationAnswer>;
  /** Gives a reservation back: it is proven that the call did not take place. Harmless where it was settled. */
  release(callId: string, at: Date): Promise<void>;
  /** A new limit from now on; null lifts it. STRATEGY_NOT_FOUND. */
  set(budget: LlmBudget): Promise<void>;
  /** Every budget in force and how it stands on the day of `now`, the service's first. */
  list(now: Date): Promise<readonly BudgetStand[]>;
  /** What calls have cost, per UTC day, strategy, provider, mode and model, newest day first. */
  costs(question: CostQuestion): Promise<readonly CostLine[]>;
}

export interface CostQuestion {
  /** Null for all. */
  readonly strategyIds: readonly string[] | null;
  readonly since: Date;
  readonly limit: number;
}

export interface CostLine {
  readonly day: string;
  readonly strategyId: string;
  readonly strategySlug: string;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  readonly model: string;
  readonly simulated: boolean;
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: DecimalString;
  /** Calls of a model without a list price, counted at the fallback price. */
  readonly fallbackPricedCalls: number;
}
