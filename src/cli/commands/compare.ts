import { type AccountComparison, compareAccount, rankAccounts } from '../../service/account-comparison.ts';
import { loadPortfolioStatement } from '../../service/portfolio-statement.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { COMPARISON_COLUMNS, COMPARISON_LEGEND } from '../report/comparison-columns.ts';
import { renderTable } from '../text/table.ts';

/** Providers side by side, best first within each strategy, over each account's own stated window. */
export async function compareProviders(
  context: CliContext,
  options: { readonly strategy: string | null; readonly limit: number },
  view: View,
): Promise<CommandResult> {
  const strategy = options.strategy === null ? null : await resolveStrategy(context.strategies, options.strategy);
  const accounts = (await context.portfolio.listAccounts()).filter(
    (account) => strategy === null || account.strategyId === strategy.id,
  );
  const comparisons = await Promise.all(
    accounts.map(async (account) => compareAccount(context, await loadPortfolioStatement(context.portfolio, account))),
  );
  const groups = Map.groupBy(rankAccounts(comparisons), (one) => one.strategySlug);
  const ranked = [...groups]
    .sort(([left], [right]) => left.localeCompare(right))
    .flatMap(([, group]) => group.map((one, index) => ({ rank: index + 1, ...one })))
    .slice(0, options.limit);
  const document = { comparisons: ranked };
  if (ranked.length === 0) return { document, text: 'Nothing to compare yet: no account has been opened.' };
  const sections = [...Map.groupBy(ranked, sectionTitle)].map(
    ([title, rows]) => `${title}\n${renderTable(columns, rows, view.width)}`,
  );
  return { document, text: `${sections.join('\n\n')}\n\n${COMPARISON_LEGEND}` };
}

type Ranked = AccountComparison & { readonly rank: number };

const columns = [
  { head: '#', align: 'right' as const, cell: (row: Ranked) => String(row.rank) },
  { head: 'provider', cell: (row: Ranked) => row.provider },
  ...COMPARISON_COLUMNS,
];

/** Accounts are compared under the window they share; a younger account stands under its own. */
function sectionTitle({ strategySlug, windowStart, windowEnd }: Ranked): string {
  return `${strategySlug}, ${windowStart} to ${windowEnd}`;
}
