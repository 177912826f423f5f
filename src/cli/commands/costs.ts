import { budgetDay } from '../../domain/llm/budget.ts';
import { PRICES_AS_OF } from '../../domain/llm/pricing.ts';
import { dec, sum } from '../../domain/money/decimal.ts';
import type { CostLine } from '../../ports/budgets.ts';
import { formatCostUsd, formatCount } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { renderTable } from '../text/table.ts';

const DAY_MS = 86_400_000;
const MAX_LINES = 5_000;

/** What calls to models have cost, per UTC day, strategy and model. */
export async function showCosts(
  context: CliContext,
  { strategy, days }: { readonly strategy: string | null; readonly days: number },
  view: View,
): Promise<CommandResult> {
  const strategyIds = strategy === null ? null : [(await resolveStrategy(context.strategies, strategy)).id];
  const since = new Date(new Date(`${budgetDay(view.now)}T00:00:00Z`).getTime() - (days - 1) * DAY_MS);
  const lines = await context.budgets.costs({ strategyIds, since, limit: MAX_LINES });
  const totalUsd = sum(lines.map(({ costUsd }) => dec(costUsd))).toFixed();
  const document = { since: budgetDay(since), pricesAsOf: PRICES_AS_OF, totalUsd, costs: lines };
  if (lines.length === 0) return { document, text: `No calls since ${budgetDay(since)}.` };
  const notes = [`$${formatCostUsd(totalUsd)} since ${budgetDay(since)}, at the list prices of ${PRICES_AS_OF}.`];
  const unpriced = lines.filter(({ fallbackPricedCalls }) => fallbackPricedCalls > 0).map(({ model }) => model);
  if (unpriced.length > 0) {
    notes.push(`Without a list price, counted at the fallback (*): ${[...new Set(unpriced)].join(', ')}.`);
  }
  return { document, text: `${renderCosts(lines, view)}\n\n${notes.join('\n')}` };
}

function renderCosts(lines: readonly CostLine[], { width }: View): string {
  return renderTable<CostLine>(
    [
      { head: 'day', cell: ({ day }) => day },
      { head: 'strategy', cell: ({ strategySlug }) => strategySlug, shrink: 'cut' },
      { head: 'provider', cell: ({ provider, simulated }) => `${provider}${simulated ? ' (emulated)' : ''}` },
      { head: 'mode', cell: ({ mode }) => mode },
      { head: 'model', cell: ({ model }) => model, shrink: 'cut' },
      { head: 'calls', align: 'right', cell: ({ calls }) => formatCount(calls) },
      { head: 'input tokens', align: 'right', cell: ({ inputTokens }) => formatCount(inputTokens) },
      { head: 'output tokens', align: 'right', cell: ({ outputTokens }) => formatCount(outputTokens) },
      {
        head: 'cost $',
        align: 'right',
        cell: ({ costUsd, fallbackPricedCalls }) => `${formatCostUsd(costUsd)}${fallbackPricedCalls > 0 ? '*' : ''}`,
      },
    ],
    lines,
    width,
  );
}
