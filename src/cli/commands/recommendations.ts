import { dec } from '../../domain/money/decimal.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { Recommendation } from '../../domain/research/recommendation.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import type { TaskRecord } from '../../ports/repositories.ts';
import { formatPrice } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { resolveTask, shortIds } from '../references/task-reference.ts';
import { type Column, renderTable } from '../text/table.ts';

export interface RecommendationsFilter {
  readonly task: string | null;
  readonly strategy: string | null;
  readonly provider: ProviderName | null;
  readonly limit: number;
}

interface Row {
  readonly task: TaskRecord;
  readonly recommendation: Recommendation;
}

/** The columns of a recommendation; prices in US dollars a share, allocation in percent of the portfolio's total. */
export const RECOMMENDATION_COLUMNS: readonly Column<Recommendation>[] = [
  { head: 'ticker', cell: (row) => row.ticker },
  { head: 'action', cell: (row) => row.action },
  { head: 'entry $', align: 'right', cell: (row) => formatPrice(row.entryPrice) },
  { head: 'target $', align: 'right', cell: (row) => formatPrice(row.targetPrice) },
  { head: 'stop $', align: 'right', cell: (row) => formatPrice(row.stopLoss) },
  { head: 'alloc %', align: 'right', cell: (row) => dec(row.allocationPercent).toFixed(2) },
];

/** What the providers recommended, newest task first. */
export async function listRecommendations(
  context: CliContext,
  filter: RecommendationsFilter,
  view: View,
): Promise<CommandResult> {
  const tasks = await selectTasks(context, filter);
  const rows: Row[] = [];
  for (const task of tasks) {
    if (rows.length >= filter.limit) break;
    const found = await context.research.listRecommendations(task.taskId);
    rows.push(...found.map((recommendation) => ({ task, recommendation })));
  }
  const shown = rows.slice(0, filter.limit);
  const document = { recommendations: shown.map(toDocument) };
  if (shown.length === 0) return { document, text: 'No recommendations.' };
  const short = shortIds(shown.map(({ task }) => task.taskId));
  const columns: Column<Row>[] = [
    { head: 'task', cell: ({ task }) => short(task.taskId) },
    { head: 'provider', cell: ({ task }) => task.provider },
    { head: 'as of', cell: ({ task }) => task.asOf },
    ...RECOMMENDATION_COLUMNS.map((column) => ({
      ...column,
      cell: ({ recommendation }: Row) => column.cell(recommendation),
    })),
    { head: 'rationale', cell: ({ recommendation }) => recommendation.rationale, shrink: 'wrap' },
  ];
  return { document, text: renderTable(columns, shown, view.width) };
}

async function selectTasks(
  { research, strategies }: CliContext,
  filter: RecommendationsFilter,
): Promise<readonly TaskRecord[]> {
  if (filter.task !== null) return [await resolveTask(research, filter.task)];
  const strategy = filter.strategy === null ? null : await resolveStrategy(strategies, filter.strategy);
  return research.listTasks({
    states: [TaskState.succeeded],
    ...(strategy ? { strategyId: strategy.id } : {}),
    ...(filter.provider ? { provider: filter.provider } : {}),
    limit: filter.limit,
  });
}

function toDocument({ task, recommendation }: Row): object {
  const { taskId, strategySlug, strategyVersion, provider, model, asOf, simulated } = task;
  return { taskId, strategySlug, strategyVersion, provider, model, asOf, simulated, ...recommendation };
}
