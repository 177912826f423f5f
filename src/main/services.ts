import { join } from 'node:path';
import { getClient } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import { createDeliverAlertActivities } from '../../activities/alerts/deliver.ts';
import { createArchiveActivities } from '../../activities/lineage/archive.ts';
import { createOrderTicketActivities } from '../../activities/orders/books.ts';
import type { OrderPorts } from '../../activities/orders/ports.ts';
import { createReconcileActivities } from '../../activities/orders/reconcilable.ts';
import { createTradingModeActivities } from '../../activities/orders/turn-switch.ts';
import { createTicketActivities } from '../../activities/portfolio/tickets.ts';
import { createMarketTable } from '../../activities/provider-job/market-table.ts';
import { createJobProviderActivities } from '../../activities/provider-job/provider.ts';
import { createJobRecordActivities } from '../../activities/provider-job/records.ts';
import { createResearchActivities } from '../../activities/research.ts';
import { createScheduledRunActivities } from '../../activities/scheduled-run.ts';
import { createLineageArchive } from '../../db/repositories/lineage-archive.ts';
import type { DB } from '../../db/schema.gen.ts';
import { createLlmProviders } from '../adapters/llm/providers.ts';
import { createNotifier } from '../adapters/notifications/notifier.ts';
import { createSecretReader } from '../adapters/notifications/secrets.ts';
import { createPaperBroker } from '../adapters/paper/broker.ts';
import { createHistorySource } from '../adapters/temporal/history-source.ts';
import type { Config } from '../config.ts';
import { createArtifactStore } from './artifacts.ts';
import { createBooks } from './books.ts';

/** Everything that activities work with: the books, and the adapters that act on the outside. */
export function createServices(config: Config, db: Kysely<DB>) {
  const books = createBooks(config, db);
  return {
    ...books,
    marketTable: createMarketTable(books.marketData, books.clock),
    artifacts: createArtifactStore(config),
    archive: createLineageArchive(db),
    broker: createPaperBroker(),
    notifier: createNotifier({
      ...{ allowPrivate: config.notifications.allowPrivate, telegramApiUrl: config.notifications.telegramApiUrl },
      reveal: createSecretReader(config.notifications.secrets.reveal(), config.notifications.secretsDir),
      clock: books.clock,
    }),
    providers: createLlmProviders({
      openai: reveal(config.providers.openai),
      anthropic: reveal(config.providers.anthropic),
      gemini: reveal(config.providers.gemini),
      workDir: join(config.stateDir, 'gemini-cli'),
    }),
    timings: (provider: keyof Config['providers']) => ({
      ...config.providers[provider],
      jobTimeoutMs: config.jobTimeoutHours * 3_600_000,
    }),
  };
}
export type Services = ReturnType<typeof createServices>;

/** What the steps of written tickets work with. */
export function orderPorts(config: Config, services: Services): OrderPorts {
  const { research, accounts, journal, tradingSwitch, quotes, marketData, corporateActions, marketClock, clock } =
    services;
  const venues = {
    paper: 'paper broker, simulated',
    ibkr: `Interactive Brokers${config.ibkr.simulated ? ', simulated' : ''}`,
  };
  return {
    ...{ accounts, journal, tradingSwitch, quotes, marketData, corporateActions, marketClock, clock },
    withAccount: (accountId, work) => research.withLock(`account/${accountId}`, work),
    venueOf: ({ broker }) => venues[broker],
  };
}

/** The activities by the task queue that serves them. */
export function createActivities(config: Config, services: Services) {
  const { settleTicket, journalTicket } = createTicketActivities(services);
  return {
    workflows: {
      ...createResearchActivities(services),
      ...createScheduledRunActivities(services),
      ...createJobRecordActivities(services),
      ...createOrderTicketActivities(orderPorts(config, services)),
      ...createReconcileActivities(services.accounts),
      ...createTradingModeActivities(services),
      ...createDeliverAlertActivities(services),
      ...createArchiveActivities({ ...services, histories: workersHistories }),
      journalTicket,
    },
    llm: createJobProviderActivities(services),
    broker: { settleTicket },
  };
}
export type Activities = ReturnType<typeof createActivities>;

/** The histories of the worker's own namespace; what is archived stays encrypted, so that no key is needed. */
function workersHistories() {
  const client = getClient();
  return createHistorySource(client.workflowService, client.options.namespace, undefined);
}

function reveal({ apiKey, baseUrl, simulated }: Config['providers']['openai']) {
  return { apiKey: apiKey.reveal(), baseUrl, simulated };
}
