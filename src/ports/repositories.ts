import type { ArtifactRef } from '../contracts/schemas/artifact.ts';
import type { PriceSource, ResearchStrategy } from '../contracts/schemas/strategy.ts';
import type { PriceBasis } from '../domain/llm/pricing.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';
import type { OrderSide, OrderState } from '../domain/orders/order-state.ts';
import type { LedgerEntry } from '../domain/portfolio/ledger.ts';
import type { ProviderMode, ProviderName } from '../domain/research/provider.ts';
import type { Recommendation } from '../domain/research/recommendation.ts';
import type { TaskEvent, TaskState } from '../domain/research/task-state.ts';
import type { BatchCounts } from './llm-provider.ts';

// ---- strategies -------------------------------------------------------------------------------------------------

/** One version of a strategy. `id` stays the same over versions; the newest version is the current one. */
export interface StrategyRecord {
  readonly id: string;
  readonly version: number;
  readonly document: ResearchStrategy;
  readonly active: boolean;
  readonly createdAt: Date;
}

/** A stale strategy, as `plan` lists it. */
export interface PlannedStrategy {
  readonly strategyId: string;
  readonly slug: string;
  readonly name: string;
  readonly version: number;
  /** The providers without a recent submission. */
  readonly providers: readonly ProviderName[];
  readonly lastSubmittedAt: Date | null;
  readonly staleAfterDays: number;
}

export interface StrategyRepository {
  /** Stores a document as the strategy with its slug: a new version only if the content differs from the current one. */
  save(document: ResearchStrategy): Promise<{ record: StrategyRecord; created: boolean }>;
  /** By UUID or slug, current version unless one is named. */
  find(idOrSlug: string, version?: number): Promise<StrategyRecord | null>;
  /** What one version says, which never changes. STRATEGY_NOT_FOUND. */
  document(strategyId: string, version: number): Promise<ResearchStrategy>;
  list(): Promise<readonly StrategyRecord[]>;
  setActive(idOrSlug: string, active: boolean): Promise<StrategyRecord | null>;
  /** Active strategies with at least one provider that has no task pending, running, awaiting or succeeded younger than the cadence. */
  listStale(now: Date): Promise<readonly PlannedStrategy[]>;
}

// ---- research: requests, tasks, recommendations, artifacts, usage -------------------------------------------------

export interface TaskRecord {
  readonly taskId: string;
  readonly requestId: string;
  readonly requestGroupId: string;
  readonly strategyId: string;
  readonly strategySlug: string;
  readonly strategyVersion: number;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  readonly model: string;
  readonly state: TaskState;
  /** The market's day the prompt speaks of. */
  readonly asOf: MarketDate;
  readonly simulated: boolean;
  /** 0, or 1 after a malformed answer was asked for again. */
  readonly round: number;
  readonly providerJobId: string | null;
  readonly providerStatus: string | null;
  readonly counts: BatchCounts | null;
  readonly pollCount: number;
  readonly lastPolledAt: Date | null;
  readonly failureCode: string | null;
  readonly failureReason: string | null;
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly endedAt: Date | null;
  /** When the task's ticket was settled; null while it is not executed. */
  readonly executedAt: Date | null;
}

export interface EnqueuedTask {
  readonly requestId: string;
  readonly taskId: string;
  /** The group the row belongs to: an older run's where the row was already there and fresh. */
  readonly requestGroupId: string;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  readonly model: string;
  /** The account of the strategy and this provider, which may not be open yet. */
  readonly accountId: string;
  /** False if the row was already there. */
  readonly created: boolean;
}

export interface EnqueueCommand {
  readonly requestGroupId: string;
  readonly strategy: StrategyRecord;
  readonly providers: readonly ProviderName[];
  readonly asOf: MarketDate;
  readonly force: boolean;
  readonly now: Date;
  /** Whether a provider's answers are simulated, recorded on the task. */
  readonly isSimulated: (provider: ProviderName) => boolean;
}

/** The durable record of one attempt to submit, committed before the provider is called. */
export interface SubmissionIntent {
  readonly taskId: string;
  readonly round: number;
  readonly key: string;
  readonly itemCount: number;
  readonly payload: ArtifactRef;
  readonly model: string;
  readonly intendedAt: Date;
  /** Last time a submit call was begun; null before the first. */
  readonly attemptedAt: Date | null;
  readonly attempts: number;
  readonly providerJobId: string | null;
}

/** A task and what it has intended in one of its rounds. */
export interface TaskRound {
  readonly task: TaskRecord;
  readonly intent: SubmissionIntent | null;
}

export interface PollRecord {
  readonly at: Date;
  readonly providerStatus: string;
  readonly counts: BatchCounts | null;
}

export interface ArtifactRecord extends ArtifactRef {
  readonly requestId: string;
  readonly taskId: string;
  readonly name: string;
}

export interface ResearchRepository {
  /**
   * One request and one task per provider, in one transaction, serialised per strategy. A provider that already has a
   * row in this group, or a task that is not failed and younger than the cadence, gets its existing row back
   * (`created: false`) unless `force`.
   */
  enqueue(command: EnqueueCommand): Promise<readonly EnqueuedTask[]>;
  findTask(taskId: string): Promise<TaskRecord | null>;
  /** Newest first. */
  listTasks(filter: {
    states?: readonly TaskState[];
    strategyId?: string;
    provider?: ProviderName;
    requestGroupId?: string;
    /** Succeeded and not yet executed. */
    ready?: boolean;
    limit?: number;
  }): Promise<readonly TaskRecord[]>;
  /** The poll metadata kept for a task, oldest first; at most the last 100. */
  listPolls(taskId: string): Promise<readonly PollRecord[]>;
  /** Moves the task by the domain's transition table; TASK_STATE_CONFLICT where it has no such pair. */
  transition(
    taskId: string,
    event: TaskEvent,
    facts: { at: Date; failureCode?: string; failureReason?: string; providerJobId?: string; round?: number },
  ): Promise<void>;
  /**
   * Commits the intent and moves the task on by `event`, at once; given again for the same task and round, the first
   * intent stays and is returned.
   */
  commitIntent(
    intent: Omit<SubmissionIntent, 'attemptedAt' | 'attempts' | 'providerJobId'>,
    event: typeof TaskEvent.start | typeof TaskEvent.askAgain,
  ): Promise<SubmissionIntent>;
  findIntent(taskId: string, round: number): Promise<SubmissionIntent | null>;
  /** A task with the intent of one round, in one question, since every step of a job begins with it. */
  findRound(taskId: string, round: number): Promise<TaskRound | null>;
  /** Marks the begin of a submit call: `attempts` + 1. */
  markAttempt(taskId: string, round: number, at: Date): Promise<SubmissionIntent>;
  /** Records the provider's id of the intent and on the task, which is submitted with it; the id is unique per provider. */
  recordSubmission(taskId: string, round: number, providerJobId: string, at: Date): Promise<void>;
  /** Whether a provider's job id belongs to another task than `taskId`. */
  isClaimed(provider: ProviderName, providerJobId: string, exceptTaskId: string): Promise<boolean>;
  recordPoll(taskId: string, poll: PollRecord): Promise<void>;
  recordArtifacts(artifacts: readonly ArtifactRecord[]): Promise<void>;
  /** Oldest first; the newest row of a name comes last. */
  listArtifacts(taskId: string): Promise<readonly ArtifactRecord[]>;
  /** Replaces the task's recommendations and ends the task as succeeded, at once. */
  saveRecommendations(taskId: string, recommendations: readonly Recommendation[], at: Date): Promise<void>;
  listRecommendations(taskId: string): Promise<readonly Recommendation[]>;
  /** Runs `work` while this process alone holds the named lock across all processes. */
  withLock<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** One paid call. `presumed` is a call that a crash interrupted: we must assume that it was billed. */
export interface UsageRecord {
  readonly callId: string;
  readonly taskId: string;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  readonly model: string;
  readonly state: 'started' | 'answered' | 'presumed' | 'refused';
  readonly inputTokens: number;
  /** Of the input tokens, those from the provider's cache; none when absent. */
  readonly cachedInputTokens?: number;
  readonly outputTokens: number;
  readonly costUsd: DecimalString;
  /** Set where the model has no list price and the cost is counted at the fallback. */
  readonly priceBasis?: PriceBasis;
  readonly at: Date;
}

export interface UsageRepository {
  /** Inserts or replaces by `callId`. Settles the call's reservation with its cost, or gives it back where it was refused. */
  put(record: UsageRecord): Promise<void>;
  listByTask(taskId: string): Promise<readonly UsageRecord[]>;
  /** Calls, tokens and dollars per provider of one account's tasks (strategy, provider). */
  totals(
    strategyId: string,
    provider: ProviderName,
  ): Promise<{
    calls: number;
    inputTokens: number;
    outputTokens: number;
    costUsd: DecimalString;
  }>;
}

// ---- portfolio ----------------------------------------------------------------------------------------------------

export interface AccountRecord {
  readonly accountId: string;
  readonly strategyId: string;
  readonly strategySlug: string;
  readonly provider: ProviderName;
  readonly priceSource: PriceSource;
  readonly initialBalanceUsd: DecimalString;
  readonly openedOn: MarketDate;
  readonly createdAt: Date;
}

export interface OrderRecord {
  readonly orderId: string;
  readonly ticketId: string;
  readonly accountId: string;
  readonly taskId: string;
  /** Our deterministic reference, unique: `<ticketId>/<ticker>`. */
  readonly orderRef: string;
  readonly ticker: string;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly state: OrderState;
  readonly stateReason: string | null;
  /** The quote the order was sized with. */
  readonly referencePrice: DecimalString;
  readonly marketDate: MarketDate;
  readonly filledQuantity: DecimalString;
  readonly averageFillPrice: DecimalString | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ExecutionRecord {
  /** The broker's execution id, unique: an execution is booked once. */
  readonly execId: string;
  readonly orderId: string;
  readonly ticker: string;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  readonly commissionUsd: DecimalString;
  readonly executedAt: Date;
}

export interface PositionRecord {
  readonly accountId: string;
  readonly ticker: string;
  readonly quantity: DecimalString;
  readonly costUsd: DecimalString;
  readonly marketPrice: DecimalString;
  readonly marketDate: MarketDate;
}

/** A position as it is read: with the units of the underlying per unit, 1 for a share. */
export interface HeldRecord extends PositionRecord {
  readonly multiplier: DecimalString;
}

export interface SnapshotRecord {
  readonly accountId: string;
  readonly marketDate: MarketDate;
  readonly cashUsd: DecimalString;
  readonly positionsUsd: DecimalString;
  readonly totalUsd: DecimalString;
  readonly takenAt: Date;
}

/** The prices at which an account is valued: US dollars per unit of the underlying, by instrument key; what is left out keeps its mark. */
export interface AccountValuation {
  readonly accountId: string;
  readonly marketDate: MarketDate;
  readonly prices: ReadonlyMap<string, DecimalString>;
  readonly takenAt: Date;
}

/** A posting with the identity that makes booking it twice harmless. */
export interface JournalTransaction {
  /** Unique; booking the same id again is a no-op that returns `booked: false`. */
  readonly transactionId: string;
  readonly accountId: string;
  readonly marketDate: MarketDate;
  readonly memo: string;
  readonly entries: readonly LedgerEntry[];
  readonly executionId?: string;
}

/** Everything one settlement writes, in one transaction. */
export interface Settlement {
  readonly ticketId: string;
  readonly taskId: string;
  readonly accountId: string;
  readonly orders: readonly {
    orderId: string;
    state: OrderState;
    stateReason: string | null;
    filledQuantity: DecimalString;
    averageFillPrice: DecimalString | null;
  }[];
  readonly executions: readonly ExecutionRecord[];
  readonly transactions: readonly JournalTransaction[];
  /** The account's whole positions afterwards; a closed position is absent. */
  readonly positions: readonly Omit<PositionRecord, 'accountId'>[];
  readonly snapshot: Omit<SnapshotRecord, 'accountId'>;
  readonly at: Date;
}

export interface PortfolioRepository {
  /** The account of (strategy, provider); opened with its deposit booked if it does not exist. */
  openAccount(
    account: Omit<AccountRecord, 'accountId' | 'createdAt' | 'strategySlug'>,
    at: Date,
  ): Promise<AccountRecord>;
  findAccount(accountId: string): Promise<AccountRecord | null>;
  findAccountOf(strategyId: string, provider: ProviderName): Promise<AccountRecord | null>;
  listAccounts(): Promise<readonly AccountRecord[]>;
  /** Journals the orders of a ticket, all PENDING or DENIED; given again for the same ticket, returns the first. */
  journalOrders(
    ticket: { ticketId: string; taskId: string; accountId: string },
    orders: readonly OrderRecord[],
  ): Promise<readonly OrderRecord[]>;
  listOrders(filter: {
    ticketId?: string;
    accountId?: string;
    state?: OrderState;
    limit?: number;
  }): Promise<readonly OrderRecord[]>;
  listExecutions(filter: { ticketId?: string; accountId?: string }): Promise<readonly ExecutionRecord[]>;
  listPositions(accountId?: string): Promise<readonly HeldRecord[]>;
  /** Signed balances of the ledger accounts (`cash`, `position:KO`, …): sums of the entries, zero balances left out. */
  balances(accountId: string): Promise<ReadonlyMap<string, DecimalString>>;
  /** Books everything in one transaction with the account locked; false if the ticket was settled before (nothing is written). LEDGER_UNBALANCED, TICKET_CONFLICT. */
  settle(settlement: Settlement): Promise<boolean>;
  isSettled(ticketId: string): Promise<boolean>;
  /** Books a revaluation and replaces positions' marks and the day's snapshot, in one transaction with the account locked. */
  mark(mark: {
    accountId: string;
    transactions: readonly JournalTransaction[];
    positions: readonly Omit<PositionRecord, 'accountId'>[];
    snapshot: Omit<SnapshotRecord, 'accountId'>;
  }): Promise<void>;
  /** Marks positions and keeps the day's snapshot as the ledger then has it, all in one. TICKET_CONFLICT if there is no such account. */
  value(valuation: AccountValuation): Promise<SnapshotRecord>;
  /** Oldest first. */
  listSnapshots(accountId: string): Promise<readonly SnapshotRecord[]>;
  /** Over all accounts: transactions whose entries do not sum to zero. Empty always, or something is badly wrong. */
  listUnbalanced(): Promise<readonly string[]>;
}

// ---- market clock -----------------------------------------------------------------------------------------------

export interface MarketClockRepository {
  /** The replayed day; null before the first start. */
  get(): Promise<MarketDate | null>;
  /** Moves the clock. It only goes forward: false if `to` is before the present day. */
  advance(to: MarketDate): Promise<boolean>;
}
