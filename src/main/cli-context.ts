import { userInfo } from 'node:os';
import { createOrderListing } from '../../db/repositories/order-listing.ts';
import { createProfitAndLossBooks } from '../../db/repositories/profit-and-loss.ts';
import { parseStrategyFile } from '../adapters/strategy-files/parse.ts';
import type { TemporalLink } from '../adapters/temporal/connection.ts';
import { createPayloadKeys } from '../adapters/temporal/key-use.ts';
import type { CliContext } from '../cli/context.ts';
import { createFoliosClient } from '../client/folios-client.ts';
import type { Config } from '../config.ts';
import type { Books } from './books.ts';
import { createSchedules, withSchedules } from './schedules.ts';
import { simulatedParts } from './simulated.ts';

/** The service as commands, demo and report see it. */
export function cliContext(config: Config, books: Books, temporal: Pick<TemporalLink, 'client'>): CliContext {
  const schedules = createSchedules(config, books, temporal.client);
  return {
    folios: createFoliosClient(temporal.client),
    strategies: withSchedules(books.strategies, schedules),
    schedules,
    payloadKeys: createPayloadKeys(
      temporal.client,
      config.encryptionKeys.map(({ id }) => id),
    ),
    research: books.research,
    usage: books.usage,
    budgets: books.budgets,
    alerts: books.alerts,
    channels: books.channels,
    deliveries: books.deliveries,
    portfolio: books.portfolio,
    profitAndLoss: createProfitAndLossBooks(books.db),
    orders: createOrderListing(books.db),
    journal: books.journal,
    accounts: books.accounts,
    sessionStates: books.sessionStates,
    tradingSwitch: books.tradingSwitch,
    access: { users: books.users, tokens: books.tokens, credentials: books.credentials },
    lineage: () => openLineage(config, books, temporal.client),
    marketClock: books.marketClockRepository,
    marketDay: books.marketClock.today,
    marketData: books.marketData,
    parseStrategyFile: (text, fileName) => parseStrategyFile(text, fileName, books.templates),
    isIbkrSimulated: config.ibkr.simulated,
    user: userName(),
    now: () => books.clock.now(),
    urls: serviceUrls(config),
    simulated: simulatedParts(config),
  };
}

async function openLineage(config: Config, { db }: Books, client: TemporalLink['client']) {
  const [{ createArtifactStore }, { createLineage }] = await Promise.all([
    import('./artifacts.ts'),
    import('./lineage.ts'),
  ]);
  const artifacts = createArtifactStore(config);
  return { artifacts, reader: createLineage(db, artifacts, client) };
}

/** The account of the operating system; some containers have none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody at the command line';
  }
}

/** Where people look. */
export function serviceUrls(config: Config): { name: string; url: string }[] {
  const { ports, providers, temporal } = config;
  return [
    ...(temporal.external ? [] : [{ name: 'Temporal Web UI', url: `http://127.0.0.1:${ports.temporalUi}` }]),
    { name: 'API health', url: `http://127.0.0.1:${ports.api}/api/health` },
    ...Object.entries(providers)
      .filter(([, provider]) => provider.simulated)
      .map(([name, provider]) => ({ name: `${name} emulator`, url: provider.baseUrl ?? '' })),
  ];
}
