import { FoliosError } from '../../contracts/errors.ts';
import { dec } from '../../domain/money/decimal.ts';
import type { BudgetStand } from '../../ports/budgets.ts';
import { formatCostUsd } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { renderTable } from '../text/table.ts';

/** Every budget in force and how it stands today. */
export async function showBudgets({ budgets }: CliContext, view: View): Promise<CommandResult> {
  const all = await budgets.list(view.now);
  const text = all.length > 0 ? renderBudgets(all, view) : 'No budgets: folios budget set 5 --strategy <name>';
  return { document: { budgets: all }, text };
}

/** A new daily limit for one strategy or for the service; null lifts it. STRATEGY_NOT_FOUND, INPUT_INVALID. */
export async function setBudget(
  { budgets, strategies, user, now }: CliContext,
  { dailyUsd, strategy }: { readonly dailyUsd: string | null; readonly strategy: string | null },
): Promise<CommandResult> {
  const found = strategy === null ? null : await resolveStrategy(strategies, strategy);
  const budget = { strategyId: found?.id ?? null, dailyUsd, setBy: user, setAt: now() };
  await budgets.set(budget);
  const scope = found?.document.slug ?? 'the whole service';
  const what = dailyUsd === null ? 'is lifted' : `is $${dailyUsd} a UTC day`;
  return { document: { ...budget }, text: `The budget of ${scope} ${what}.` };
}

/** Dollars such as 5 or 0.50, or `none`. INPUT_INVALID. */
export function parseBudget(text: string): string | null {
  if (text === 'none') return null;
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return text;
  throw new FoliosError('INPUT_INVALID', `a budget is dollars such as 5 or 0.50, or none; not "${text}"`);
}

function renderBudgets(budgets: readonly BudgetStand[], { width }: View): string {
  return renderTable<BudgetStand>(
    [
      { head: 'budget of', cell: ({ strategySlug }) => strategySlug ?? 'the whole service', shrink: 'cut' },
      { head: 'day (UTC)', cell: ({ day }) => day },
      { head: 'daily $', align: 'right', cell: ({ dailyUsd }) => dailyUsd ?? '–' },
      { head: 'spent $', align: 'right', cell: ({ spentUsd }) => formatCostUsd(spentUsd) },
      { head: 'reserved $', align: 'right', cell: ({ reservedUsd }) => formatCostUsd(reservedUsd) },
      {
        head: 'left $',
        align: 'right',
        cell: ({ dailyUsd, spentUsd, reservedUsd }) =>
          formatCostUsd(
            dec(dailyUsd ?? 0)
              .minus(spentUsd)
              .minus(reservedUsd)
              .toFixed(),
          ),
      },
      { head: 'set by', cell: ({ setBy }) => setBy, shrink: 'cut' },
    ],
    budgets,
    width,
  );
}
