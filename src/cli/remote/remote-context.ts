import { type ApiClient, answerOf } from '../../client/api-client.ts';
import {
  benchmarkSchema,
  marketClockSchema,
  marketDaySchema,
  serviceSchema,
} from '../../contracts/schemas/api/market.ts';
import type { MarketData } from '../../ports/market-data.ts';
import type { MarketClockRepository } from '../../ports/repositories.ts';
import type { CliContext } from '../context.ts';
import { remotePort } from './only-here.ts';
import {
  remoteAccounts,
  remoteJournal,
  remoteOrders,
  remotePortfolio,
  remoteProfitAndLoss,
  remoteSwitch,
} from './remote-books.ts';
import { remoteChannels, remoteDeliveries } from './remote-channels.ts';
import { remoteEngine } from './remote-engine.ts';
import { remoteLineage } from './remote-lineage.ts';
import { remoteAlerts, remoteBudgets } from './remote-notices.ts';
import { remoteResearch, remoteStrategies, remoteUsage } from './remote-research.ts';
import { remoteSchedules } from './remote-schedules.ts';
import { remoteSessions } from './remote-sessions.ts';

/**
 * A server's service as the commands see it: the same ports, over its API, so that the same commands print the same. Reads
 * a strategy file here, where it lies; what no route does says that it works on the server's machine only.
 */
export async function remoteContext(
  api: ApiClient,
  parseStrategyFile: CliContext['parseStrategyFile'],
): Promise<CliContext> {
  const service = serviceSchema.parse(await answerOf(api.GET('/api/v1/service')));
  const orders = remoteOrders(api);
  // The server's time counts for ages; both clocks go on alike.
  const ahead = service.now.getTime() - Date.now();
  return {
    folios: remoteEngine(api, orders),
    strategies: remoteStrategies(api),
    schedules: remoteSchedules(api),
    research: remoteResearch(api),
    usage: remoteUsage(api),
    portfolio: remotePortfolio(api, orders),
    profitAndLoss: remoteProfitAndLoss(api),
    orders,
    journal: remoteJournal(api, orders),
    accounts: remoteAccounts(api),
    tradingSwitch: remoteSwitch(api),
    alerts: remoteAlerts(api),
    budgets: remoteBudgets(api),
    channels: remoteChannels(api),
    deliveries: remoteDeliveries(api),
    lineage: remoteLineage(api),
    marketClock: remoteClock(api),
    marketDay: async (source) =>
      marketDaySchema.parse(await answerOf(api.GET('/api/v1/market/day', { params: { query: { source } } })))
        .marketDate,
    marketData: { source: (source) => remotePrices(api, source) },
    parseStrategyFile,
    sessionStates: remoteSessions(api),
    ...notRemote(),
    isIbkrSimulated: service.isIbkrSimulated,
    user: service.user,
    now: () => new Date(Date.now() + ahead),
    urls: service.urls,
    simulated: service.simulations,
  };
}

function remoteClock(api: ApiClient): MarketClockRepository {
  const get = async () => marketClockSchema.parse(await answerOf(api.GET('/api/v1/market/clock'))).marketDate;
  return {
    get,
    // The server moves the clock together with the marking that follows, which `startSnapshot` asks for.
    advance: async (to) => to >= ((await get()) ?? to),
  };
}

function remotePrices(api: ApiClient, source: MarketData['source']): MarketData {
  return remotePort<MarketData>(
    {
      source,
      benchmark: async (asOf) =>
        benchmarkSchema.parse(
          await answerOf(api.GET('/api/v1/market/benchmark', { params: { query: { source, asOf } } })),
        ),
    },
    'asking for prices',
  );
}

/** Parts with routes of their own, which their commands do not use yet. */
function notRemote() {
  return {
    payloadKeys: remotePort<CliContext['payloadKeys']>({}, 'looking at keys'),
    access: {
      users: remotePort<CliContext['access']['users']>({}, 'managing users'),
      tokens: remotePort<CliContext['access']['tokens']>({}, 'managing tokens'),
      credentials: remotePort<CliContext['access']['credentials']>({}, 'managing users'),
    },
  } satisfies Partial<CliContext>;
}
