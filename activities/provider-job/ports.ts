import type { ProviderName } from '../../src/domain/research/provider.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { LlmBudgets } from '../../src/ports/budgets.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LlmProviders } from '../../src/ports/llm-provider.ts';
import type {
  PortfolioRepository,
  ResearchRepository,
  StrategyRepository,
  UsageRepository,
} from '../../src/ports/repositories.ts';
import type { TemplateRenderer } from '../../src/ports/template-renderer.ts';
import type { MarketTable } from './market-table.ts';

/** How patient the provider activities are; from the configuration. */
export interface JobTimings {
  /** The first interval between two polls; it grows by half each time up to the maximum. */
  readonly pollIntervalMs: number;
  readonly pollMaxIntervalMs: number;
  /** How long after a submit call began its absence at the provider proves that it had no effect. */
  readonly submitQuietMs: number;
  readonly jobTimeoutMs: number;
}

export interface ProviderJobPorts {
  readonly research: ResearchRepository;
  readonly strategies: StrategyRepository;
  readonly portfolio: PortfolioRepository;
  readonly usage: UsageRepository;
  readonly budgets: Pick<LlmBudgets, 'reserve' | 'release'>;
  readonly artifacts: ArtifactStore;
  readonly providers: LlmProviders;
  readonly marketTable: MarketTable;
  readonly templates: TemplateRenderer;
  readonly clock: Clock;
  readonly timings: (provider: ProviderName) => JobTimings;
}
