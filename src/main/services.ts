import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { createTicketActivities } from '../../activities/portfolio/tickets.ts';
import { createJobProviderActivities } from '../../activities/provider-job/provider.ts';
import { createJobRecordActivities } from '../../activities/provider-job/records.ts';
import { createResearchActivities } from '../../activities/research.ts';
import { createMarketClockRepository } from '../../db/repositories/market-clock.ts';
import { createPortfolioRepository } from '../../db/repositories/portfolio.ts';
import { createResearchRepository } from '../../db/repositories/research.ts';
import { createStrategyRepository } from '../../db/repositories/strategies.ts';
import { createUsageRepository } from '../../db/repositories/usage.ts';
import type { DB } from '../../db/schema.gen.ts';
import { createFileArtifactStore } from '../adapters/file-store/artifact-store.ts';
import { createFixedMarketData } from '../adapters/fixed/market-data.ts';
import { createTemplateRenderer } from '../adapters/liquid/template.ts';
import { createLlmProviders } from '../adapters/llm/providers.ts';
import { createMarketClock } from '../adapters/market-clock/market-clock.ts';
import { createMarketDataSources } from '../adapters/market-data/sources.ts';
import { createPaperBroker } from '../adapters/paper/broker.ts';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import { createS3ArtifactStore } from '../adapters/s3/artifact-store.ts';
import { createYahooMarketData } from '../adapters/yahoo/market-data.ts';
import type { Config } from '../config.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Every adapter and repository, made once from the configuration. */
export function createServices(config: Config, db: Kysely<DB>) {
  const clock = { now: () => new Date() };
  const replay = createReplayMarketData(join(config.root, 'data'));
  const marketClockRepository = createMarketClockRepository(db);
  return {
    clock,
    db,
    strategies: createStrategyRepository(db),
    research: createResearchRepository(db),
    usage: createUsageRepository(db),
    portfolio: createPortfolioRepository(db),
    marketClockRepository,
    marketClock: createMarketClock(marketClockRepository, config.replayStart, clock),
    marketData: createMarketDataSources({
      replay,
      fixed: createFixedMarketData({ benchmark: replay }),
      yahoo: createYahooMarketData({}),
    }),
    artifacts: createArtifactStore(config),
    templates: createTemplateRenderer(),
    broker: createPaperBroker(),
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

/** The activities by the task queue that serves them. */
export function createActivities(services: Services) {
  const { settleTicket, journalTicket } = createTicketActivities(services);
  return {
    workflows: { ...createResearchActivities(services), ...createJobRecordActivities(services), journalTicket },
    llm: createJobProviderActivities(services),
    broker: { settleTicket },
  };
}
export type Activities = ReturnType<typeof createActivities>;

function reveal({ apiKey, baseUrl, simulated }: Config['providers']['openai']) {
  return { apiKey: apiKey.reveal(), baseUrl, simulated };
}

function createArtifactStore(config: Config): ArtifactStore {
  const store = config.artifactStore;
  if (store.kind === 'file') return createFileArtifactStore({ rootDir: store.directory });
  const { bucket, prefix, region, endpoint, credentials } = store;
  return createS3ArtifactStore({ bucket, prefix, region, endpoint, ...credentials?.reveal() });
}
