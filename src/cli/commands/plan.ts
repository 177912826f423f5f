import type { PlannedStrategy } from '../../ports/repositories.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { formatAge } from '../text/durations.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';

/** Active strategies without a recent submission: what `enqueue` would start. Starts nothing. */
export async function plan({ strategies }: CliContext, view: View): Promise<CommandResult> {
  const stale = await strategies.listStale(view.now);
  return { document: { stale }, text: renderPlan(stale, view) };
}

function renderPlan(stale: readonly PlannedStrategy[], { width, now }: View): string {
  if (stale.length === 0) return 'Nothing is stale: every active strategy has a recent submission from each provider.';
  const table = renderTable<PlannedStrategy>(
    [
      { head: 'strategy', cell: (row) => row.slug },
      { head: 'name', cell: (row) => row.name, shrink: 'cut' },
      { head: 'version', align: 'right', cell: (row) => String(row.version) },
      { head: 'providers to ask', cell: (row) => row.providers.join(', ') },
      { head: 'last submitted', cell: ({ lastSubmittedAt }) => ago(lastSubmittedAt, now) },
      { head: 'stale after (days)', align: 'right', cell: (row) => String(row.staleAfterDays) },
    ],
    stale,
    width,
  );
  return `${table}\n\n${counted(stale.length, 'strategy', 'strategies')} to run: folios enqueue`;
}

function ago(time: Date | null, now: Date): string {
  return time === null ? 'never' : `${formatAge(now.getTime() - time.getTime())} ago`;
}
