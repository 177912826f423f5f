import { errorCodeOf } from '../../contracts/errors.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { type DecimalString, dec, formatUsd } from '../../domain/money/decimal.ts';
import { compare, type Performance } from '../../domain/portfolio/performance.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { CliContext } from '../context.ts';
import { formatCostUsd, formatCount, formatSignedPercent, usdString } from '../text/amounts.ts';
import type { Column } from '../text/table.ts';
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

type Sources = Pick<CliContext, 'usage' | 'marketData'>;

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

/** The columns of a comparison, as `compare` and the report's ranking show them. */
export const COMPARISON_COLUMNS: readonly Column<AccountComparison>[] = [
  { head: 'initial $', align: 'right', cell: (row) => formatUsd(row.initialUsd) },
  { head: 'value $', align: 'right', cell: (row) => formatUsd(row.totalUsd) },
  { head: 'return %', align: 'right', cell: (row) => formatSignedPercent(row.returnPercent) },
  { head: 'S&P 500 %', align: 'right', cell: (row) => formatSignedPercent(row.benchmarkPercent) },
  { head: 'excess %', align: 'right', cell: (row) => formatSignedPercent(row.excessPercent) },
  { head: 'calls', align: 'right', cell: (row) => formatCount(row.llm.calls) },
  { head: 'tokens', align: 'right', cell: (row) => formatCount(row.llm.inputTokens + row.llm.outputTokens) },
  { head: 'LLM $', align: 'right', cell: (row) => formatCostUsd(row.llm.costUsd) },
  { head: 'net %', align: 'right', cell: (row) => formatSignedPercent(row.costAdjustedReturnPercent) },
];

/** What the shorter heads of a comparison mean. */
export const COMPARISON_LEGEND =
  'excess = return − S&P 500 over the same window; net = return after the cost of the LLM calls';

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
