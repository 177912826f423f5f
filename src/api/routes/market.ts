import {
  advanceClockSchema,
  advancedClockSchema,
  benchmarkQuerySchema,
  benchmarkSchema,
  marketClockSchema,
  marketDayQuerySchema,
  marketDaySchema,
  needsSchema,
  serviceSchema,
} from '../../contracts/schemas/api/market.ts';
import { OrderState } from '../../domain/orders/order-state.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import type { MarketClock } from '../../ports/clock.ts';
import type { OrderJournal } from '../../ports/order-journal.ts';
import type { Pages } from '../../ports/pages.ts';
import type { PortfolioRepository, StrategyRepository } from '../../ports/repositories.ts';
import type { TradingSwitch } from '../../ports/trading-switch.ts';
import type { TicketDesk } from '../../service/engine.ts';
import { advanceMarketDay, type MarketDayPorts } from '../../service/market-day.ts';
import type { ApiApp } from '../api-app.ts';
import { type OwnedThingsPorts, ownedThings } from '../owned-things.ts';

export interface MarketRoutePorts extends OwnedThingsPorts, Omit<MarketDayPorts, 'folios'> {
  readonly folios: MarketDayPorts['folios'] & Pick<TicketDesk, 'ticketView'>;
  readonly marketDay: MarketClock['today'];
  readonly strategies: Pick<StrategyRepository, 'find' | 'listStale'>;
  readonly journal: Pick<OrderJournal, 'findTicket' | 'listKept'>;
  readonly portfolio: Pick<PortfolioRepository, 'listUnbalanced'>;
  readonly tradingSwitch: TradingSwitch;
  readonly pages: Pick<Pages, 'orders' | 'tasks'>;
  readonly isIbkrSimulated: boolean;
  readonly simulated: readonly string[];
  readonly urls: readonly { readonly name: string; readonly url: string }[];
  readonly now: () => Date;
}

/** More than this nobody counts one by one. */
const MOST_COUNTED = 500;

/** The market's day, and the service itself. */
export async function marketRoutes(app: ApiApp, ports: MarketRoutePorts): Promise<void> {
  addClock(app, ports);
  addPrices(app, ports);
  addService(app, ports);
}

function addClock(app: ApiApp, ports: MarketRoutePorts): void {
  app.get(
    '/market/clock',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readClock',
        tags: ['market'],
        summary: 'The day on which the replayed market stands',
        description: 'Bundled history is replayed; a person moves the day.',
        response: { 200: marketClockSchema },
      },
    },
    async () => ({ marketDate: await ports.marketClock.get() }),
  );
  app.post(
    '/market/clock/advance',
    {
      config: { access: 'admin', startsSomething: true },
      schema: {
        operationId: 'advanceClock',
        tags: ['market'],
        summary: 'Move the replayed market forward',
        description: 'Marks every portfolio at the new day. It never goes back.',
        body: advanceClockSchema,
        response: { 200: advancedClockSchema },
      },
    },
    async ({ body }) => {
      const { from, snapshots } = await advanceMarketDay(ports, body.to);
      return { from, marketDate: body.to, snapshots: [...snapshots] };
    },
  );
}

function addPrices(app: ApiApp, ports: MarketRoutePorts): void {
  app.get(
    '/market/day',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readMarketDay',
        tags: ['market'],
        summary: 'The day on which a source’s market stands',
        description: 'Today for live prices, the replayed day for bundled history.',
        querystring: marketDayQuerySchema,
        response: { 200: marketDaySchema },
      },
    },
    async ({ query }) => ({ marketDate: await ports.marketDay(query.source) }),
  );
  app.get(
    '/market/benchmark',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readBenchmark',
        tags: ['market'],
        summary: 'The S&P 500’s last close on or before a day',
        description: 'QUOTE_UNAVAILABLE where the source has none.',
        querystring: benchmarkQuerySchema,
        response: { 200: benchmarkSchema },
      },
    },
    async ({ query }) => ports.marketData.source(query.source).benchmark(query.asOf),
  );
}

function addService(app: ApiApp, ports: MarketRoutePorts): void {
  app.get(
    '/service',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readService',
        tags: ['service'],
        summary: 'What this service is',
        description: 'Who you are to it, where else to look, and what in it is not real.',
        response: { 200: serviceSchema },
      },
    },
    async ({ principal }) => ({
      user: principal.name,
      now: ports.now(),
      isIbkrSimulated: ports.isIbkrSimulated,
      simulated: ports.simulated.length > 0,
      simulations: [...ports.simulated],
      urls: [...ports.urls],
    }),
  );
  app.get(
    '/status',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readStatus',
        tags: ['service'],
        summary: 'What waits for a person',
        description: 'Among your own things; every count stops at 500.',
        response: { 200: needsSchema },
      },
    },
    async ({ principal }) => await needsOf(ports, (await ownedThings(ports, principal)).visible),
  );
}

async function needsOf(
  { strategies, journal, portfolio, tradingSwitch, pages, now }: MarketRoutePorts,
  { accounts, strategies: own }: { accounts: ReadonlySet<string> | null; strategies: ReadonlySet<string> | null },
) {
  const question = { after: null, limit: MOST_COUNTED };
  const ofOwn = { ...question, strategyIds: own === null ? null : [...own] };
  const [restrictions, unknown, kept, failed, ready, stale, unbalanced] = await Promise.all([
    tradingSwitch.listRestrictions(),
    pages.orders({ ...question, accountIds: accounts === null ? null : [...accounts], states: [OrderState.unknown] }),
    journal.listKept(null, MOST_COUNTED),
    pages.tasks({ ...ofOwn, states: [TaskState.failed] }),
    pages.tasks({ ...ofOwn, ready: true }),
    strategies.listStale(now()),
    accounts === null ? portfolio.listUnbalanced() : [],
  ]);
  const isOwn = ({ accountId }: { readonly accountId: string | null }) =>
    accountId === null || accounts === null || accounts.has(accountId);
  return {
    restrictions: restrictions.filter(isOwn).length,
    unknownOrders: unknown.items.length,
    keptReports: kept.filter(isOwn).length,
    failedTasks: failed.items.length,
    readyTasks: ready.items.length,
    staleStrategies: stale.filter(({ strategyId }) => own === null || own.has(strategyId)).length,
    unbalanced: [...unbalanced],
  };
}
