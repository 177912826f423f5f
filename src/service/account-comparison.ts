import { errorCodeOf } from '../contracts/errors.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import { type DecimalString, dec, usdString } from '../domain/money/decimal.ts';
import { compare, type Performance } from '../domain/portfolio/performance.ts';
import type { ProviderName } from '../domain/research/provider.ts';
import type { MarketDataSources } from '../ports/market-data.ts';
import type { UsageRepository } from '../ports/repositories.ts';
import type { PortfolioStatement } from './portfolio-statement.ts';

/** One account beside the S&P 500 over the same window, with what its LLM cost. */
export interface AccountComparison extends Performance {
  readonly accountId: string;
  readonly strategySlug: string;
  readonly provider: ProviderName;
  readonly windowStart: MarketDate;
  readonly windowEnd: MarketDate;
  readonly initialUsd: DecimalString;
  readonly totalUsd: DecimalString;
  readonly llm: {
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd: DecimalString;
  };
}

interface Sources {
  readonly usage: Pick<UsageRepository, 'totals'>;
  readonly marketData: MarketDataSources;
}

/** The window is the account's opening day to its last mark. Index figures are null where the price source has no index. */
export async function compareAccount(sources: Sources, statement: PortfolioStatement): Promise<AccountComparison> {
  const { account } = statement;
  const [usage, benchmarkStart, benchmarkEnd] = await Promise.all([
    sources.usage.totals(account.strategyId, account.provider),
    indexClose(sources, statement, account.openedOn),
    indexClose(sources, statement, statement.markedOn),
  ]);
  return {
    accountId: account.accountId,
    strategySlug: account.strategySlug,
    provider: account.provider,
    windowStart: account.openedOn,
    windowEnd: statement.markedOn,
    initialUsd: usdString(account.initialBalanceUsd),
    totalUsd: statement.totalUsd,
    llm: usage,
    ...compare({
      initialUsd: account.initialBalanceUsd,
      totalUsd: statement.totalUsd,
      llmCostUsd: usage.costUsd,
      benchmarkStart,
      benchmarkEnd,
    }),
  };
}

/** Best first by what is left after the LLM's cost; equal ones by provider, so that the order is stable. */
export function rankAccounts(comparisons: readonly AccountComparison[]): AccountComparison[] {
  const valueAfterCost = (one: AccountComparison) => dec(one.totalUsd).minus(one.llm.costUsd).dividedBy(one.initialUsd);
  return [...comparisons].sort(
    (left, right) =>
      valueAfterCost(right).comparedTo(valueAfterCost(left)) || left.provider.localeCompare(right.provider),
  );
}

async function indexClose(
  { marketData }: Sources,
  { account }: PortfolioStatement,
  day: MarketDate,
): Promise<DecimalString | null> {
  try {
    return (await marketData.source(account.priceSource).benchmark(day)).close;
  } catch (error) {
    if (errorCodeOf(error) === 'QUOTE_UNAVAILABLE') return null;
    throw error;
  }
}
