import { FoliosError } from '../../contracts/errors.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { Recommendation } from '../../domain/research/recommendation.ts';
import type { MarketData } from '../../ports/market-data.ts';
import type { PayloadKeys } from '../../ports/payload-keys.ts';
import type { ProfitAndLoss, ProfitAndLossQuestion } from '../../ports/profit-and-loss.ts';
import type {
  ArtifactRecord,
  ExecutionRecord,
  MarketClockRepository,
  PlannedStrategy,
  PortfolioRepository,
  PositionRecord,
  ResearchRepository,
  StrategyRecord,
  StrategyRepository,
  TaskRecord,
  UsageRepository,
} from '../../ports/repositories.ts';
import type { StrategySchedules } from '../../ports/strategy-schedules.ts';
import type { TradingModeChange, TradingSwitch } from '../../ports/trading-switch.ts';
import type { CliContext } from '../context.ts';
import { type FakeAlerting, fakeAlerting, noAlerting } from './fake-alerting.ts';
import { type FakeBooks, fakeAccounts, fakeJournal, fakeOrders } from './fake-books.ts';
import { prepared } from './prepared.ts';
import { NOW, WINDOW_END, WINDOW_START } from './sample-data.ts';

/** What the fakes answer from; tests change it at will. */
export interface FakeWorld extends FakeBooks {
  strategies: StrategyRecord[];
  stale: PlannedStrategy[];
  tasks: TaskRecord[];
  recommendations: Map<string, readonly Recommendation[]>;
  artifacts: ArtifactRecord[];
  costUsd: Partial<Record<ProviderName, string>>;
  unbalanced: string[];
  marketDate: MarketDate | null;
  restrictions: TradingModeChange[];
  alerting: FakeAlerting;
  executions: ExecutionRecord[];
  /** Of accounts for orders of one's own; the portfolios' are added to them. */
  positions: PositionRecord[];
  profitAndLoss: (question: ProfitAndLossQuestion) => ProfitAndLoss;
  now: Date;
}

export function emptyWorld(): FakeWorld {
  return {
    strategies: [],
    stale: [],
    tasks: [],
    recommendations: new Map(),
    artifacts: [],
    portfolios: [],
    costUsd: {},
    unbalanced: [],
    marketDate: WINDOW_START,
    restrictions: [],
    alerting: noAlerting(),
    accounts: [],
    orders: [],
    tickets: [],
    events: [],
    exposures: new Map(),
    executions: [],
    positions: [],
    profitAndLoss: () => ({ results: [], closedLots: [], openLots: [], actions: [], balances: new Map() }),
    now: NOW,
  };
}

/** A CliContext over a world in memory. A port's method that no test prepared fails by its name. */
export function createFakeContext(world: FakeWorld, folios: Partial<CliContext['folios']> = {}): CliContext {
  return {
    folios: prepared<CliContext['folios']>('folios', { repeatedSteps: async () => [], ...folios }),
    strategies: strategyRepository(world),
    schedules: prepared<StrategySchedules>('schedules', {}),
    payloadKeys: prepared<PayloadKeys>('payloadKeys', {}),
    research: researchRepository(world),
    usage: usageRepository(world),
    ...fakeAlerting(world),
    portfolio: portfolioRepository(world),
    profitAndLoss: { read: async (question) => world.profitAndLoss(question) },
    orders: fakeOrders(world),
    journal: fakeJournal(world),
    accounts: fakeAccounts(world),
    sessionStates: { list: async () => [] },
    tradingSwitch: tradingSwitch(world),
    access: prepared<CliContext['access']>('access', {}),
    marketClock: marketClock(world),
    marketDay: async (source) => (source === 'yahoo' ? '2026-03-02' : (world.marketDate ?? WINDOW_START)),
    isIbkrSimulated: true,
    marketData: { source: () => indexOnly() },
    parseStrategyFile: () => {
      throw new FoliosError(
        'STRATEGY_INVALID',
        'bad.json has 2 mistakes:\n  slug: is missing\n  providers.0.mode: no such mode',
      );
    },
    lineage: async () => ({
      reader: prepared('lineage', {}),
      artifacts: prepared('artifacts', {}),
    }),
    user: 'ada',
    now: () => world.now,
    urls: [{ name: 'Temporal Web UI', url: 'http://127.0.0.1:8233' }],
    simulated: ['LLM providers are emulated (OpenAI, Gemini, Anthropic)', 'prices are bundled history, replayed'],
  };
}

function strategyRepository(world: FakeWorld): StrategyRepository {
  return prepared<StrategyRepository>('strategies', {
    list: async () => world.strategies,
    listStale: async () => world.stale,
    find: async (idOrSlug) =>
      world.strategies.find(({ id, document }) => id === idOrSlug || document.slug === idOrSlug) ?? null,
  });
}

function researchRepository(world: FakeWorld): ResearchRepository {
  return prepared<ResearchRepository>('research', {
    findTask: async (taskId) => world.tasks.find((task) => task.taskId === taskId) ?? null,
    listTasks: async (filter) =>
      world.tasks
        .filter((task) => filter.states?.includes(task.state) ?? true)
        .filter((task) => filter.strategyId === undefined || task.strategyId === filter.strategyId)
        .filter((task) => filter.provider === undefined || task.provider === filter.provider)
        .filter((task) => filter.ready !== true || (task.state === 'succeeded' && task.executedAt === null))
        .slice(0, filter.limit),
    listPolls: async () => [],
    listRecommendations: async (taskId) => world.recommendations.get(taskId) ?? [],
    listArtifacts: async (taskId) => world.artifacts.filter((artifact) => artifact.taskId === taskId),
  });
}

function usageRepository(world: FakeWorld): UsageRepository {
  return prepared<UsageRepository>('usage', {
    listByTask: async () => [],
    totals: async (_strategyId, provider) => ({
      calls: 1,
      inputTokens: 4200,
      outputTokens: 911,
      costUsd: world.costUsd[provider] ?? '0',
    }),
  });
}

function portfolioRepository(world: FakeWorld): PortfolioRepository {
  const of = (accountId: string) => world.portfolios.find(({ account }) => account.accountId === accountId);
  return prepared<PortfolioRepository>('portfolio', {
    listAccounts: async () => world.portfolios.map(({ account }) => account),
    listOrders: async (filter) =>
      world.portfolios
        .flatMap(({ orders }) => orders)
        .filter((order) => filter.ticketId === undefined || order.ticketId === filter.ticketId)
        .filter((order) => filter.accountId === undefined || order.accountId === filter.accountId)
        .filter((order) => filter.state === undefined || order.state === filter.state)
        .slice(0, filter.limit),
    listPositions: async (accountId) =>
      [...world.positions, ...world.portfolios.flatMap(({ positions }) => positions)]
        .filter((position) => position.accountId === accountId)
        .map((position) => ({ ...position, multiplier: '1' })),
    listExecutions: async () => world.executions,
    balances: async (accountId) => of(accountId)?.balances ?? new Map(),
    listSnapshots: async (accountId) => of(accountId)?.snapshots ?? [],
    listUnbalanced: async () => world.unbalanced,
  });
}

function tradingSwitch(world: FakeWorld): TradingSwitch {
  return prepared<TradingSwitch>('tradingSwitch', {
    set: async (change) => {
      const others = world.restrictions.filter((one) => one.accountId !== change.accountId);
      world.restrictions = change.mode === 'normal' ? others : [...others, change];
    },
    listRestrictions: async () => world.restrictions,
  });
}

function marketClock(world: FakeWorld): MarketClockRepository {
  return {
    get: async () => world.marketDate,
    advance: async (to) => {
      if (world.marketDate !== null && to < world.marketDate) return false;
      world.marketDate = to;
      return true;
    },
  };
}

/** The index at the two ends of the sample window: 2362.72 and 2640.87, +11.77 %. */
function indexOnly(): MarketData {
  return prepared<MarketData>('marketData', {
    source: 'replay',
    simulated: true,
    benchmark: async (asOf) => {
      if (asOf === WINDOW_START) return { marketDate: asOf, close: '2362.72' };
      if (asOf >= WINDOW_END && asOf < '2023-01-01') return { marketDate: WINDOW_END, close: '2640.87' };
      throw new FoliosError('QUOTE_UNAVAILABLE', `replay has no price of SP500 within 10 days before ${asOf}`);
    },
  });
}
