import type { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { Recommendation } from '../../domain/research/recommendation.ts';
import type { OrderRecord, StrategyRecord, TaskRecord } from '../../ports/repositories.ts';
import type { AccountComparison } from '../../service/account-comparison.ts';
import type { PortfolioStatement } from '../../service/portfolio-statement.ts';

/** One provider's part: what it recommended, what was ordered, what is owned and what it cost. */
export interface ProviderReport {
  readonly provider: ProviderName;
  readonly mode: ProviderMode | null;
  readonly model: string | null;
  readonly simulated: boolean;
  /** The provider's newest task; null if it was never asked. */
  readonly task: TaskRecord | null;
  /** Of the newest succeeded task, as are the orders. */
  readonly recommendations: readonly Recommendation[];
  readonly orders: readonly OrderRecord[];
  readonly statement: PortfolioStatement | null;
  readonly comparison: AccountComparison | null;
}

export interface ResearchReport {
  readonly strategy: StrategyRecord;
  readonly providers: readonly ProviderReport[];
  /** Best first. */
  readonly ranking: readonly AccountComparison[];
  readonly simulated: readonly string[];
  /** What failed or does not add up, one sentence each. */
  readonly problems: readonly string[];
  readonly ok: boolean;
}
