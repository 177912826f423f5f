import type { SettledTicket } from '../../contracts/activities/ticket.ts';
import { FoliosError } from '../../contracts/errors.ts';
import { formatUsd } from '../../domain/money/decimal.ts';
import type { TaskRecord } from '../../ports/repositories.ts';
import { type CliFailure, describeFailure } from '../../service/failure.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { shortIds } from '../references/task-reference.ts';
import { counted } from '../text/names.ts';
import { type Column, renderTable } from '../text/table.ts';

interface TicketRow {
  readonly task: TaskRecord;
  readonly settled: SettledTicket | null;
  readonly failure: CliFailure | null;
}

/**
 * Executes every succeeded task that has no orders yet, side by side, and waits for the fills. The ticket's id is the
 * task's, so that executing twice joins the same ticket. `balanceUsd` opens accounts that do not exist yet.
 */
export async function executeReady(
  { research, folios }: CliContext,
  options: { readonly balanceUsd: string | null; readonly dryRun: boolean },
  view: View,
): Promise<CommandResult> {
  const tasks = await research.listTasks({ ready: true });
  if (options.dryRun || tasks.length === 0) return notExecuted(tasks, options, view);
  const rows = await Promise.all(tasks.map((task) => execute(folios, task, options.balanceUsd)));
  const document = {
    tickets: rows.map(({ task, settled, failure }) => ({
      taskId: task.taskId,
      strategySlug: task.strategySlug,
      provider: task.provider,
      settled,
      failure,
    })),
  };
  const failed = rows.filter((row) => row.failure !== null);
  const first = failed[0]?.failure;
  const text = renderTickets(rows, view);
  if (!first) return { document, text };
  const message = `${failed.length} of ${counted(rows.length, 'ticket')} failed: ${first.message}`;
  return {
    document,
    text,
    failure: new FoliosError(first.code, message, { taskIds: failed.map(({ task }) => task.taskId) }),
  };
}

async function execute(folios: CliContext['folios'], task: TaskRecord, balanceUsd: string | null): Promise<TicketRow> {
  try {
    const ticket = await folios.startTicket({
      ticketId: task.taskId,
      taskId: task.taskId,
      ...(balanceUsd === null ? {} : { initialBalanceUsd: balanceUsd }),
    });
    return { task, settled: await ticket.result(), failure: null };
  } catch (error) {
    return { task, settled: null, failure: describeFailure(error) };
  }
}

function notExecuted(tasks: readonly TaskRecord[], options: { readonly dryRun: boolean }, view: View): CommandResult {
  const document = options.dryRun ? { dryRun: true, wouldExecute: tasks } : { tickets: [] };
  if (tasks.length === 0) return { document, text: 'No succeeded task waits for its orders.' };
  const short = shortIds(tasks.map((task) => task.taskId));
  const table = renderTable<TaskRecord>(
    [
      { head: 'task', cell: (task) => short(task.taskId) },
      { head: 'strategy', cell: (task) => task.strategySlug, shrink: 'cut' },
      { head: 'provider', cell: (task) => task.provider },
      { head: 'as of', cell: (task) => task.asOf },
    ],
    tasks,
    view.width,
  );
  return { document, text: `${table}\n\nDry run: nothing was executed.` };
}

function renderTickets(rows: readonly TicketRow[], { width }: View): string {
  const amount = (head: string, value: (settled: SettledTicket) => string): Column<TicketRow> => ({
    head,
    align: 'right',
    cell: ({ settled }) => (settled ? value(settled) : '–'),
  });
  return renderTable<TicketRow>(
    [
      { head: 'strategy', cell: ({ task }) => task.strategySlug, shrink: 'cut' },
      { head: 'provider', cell: ({ task }) => task.provider },
      amount('filled', (settled) => String(settled.filledCount)),
      amount('denied', (settled) => String(settled.deniedCount)),
      amount('cash $', (settled) => formatUsd(settled.cashUsd)),
      amount('positions $', (settled) => formatUsd(settled.positionsUsd)),
      amount('total $', (settled) => formatUsd(settled.totalUsd)),
      {
        head: 'result',
        cell: ({ failure }) => (failure ? `${failure.code}: ${failure.message}` : 'executed'),
        shrink: 'wrap',
      },
    ],
    rows,
    width,
  );
}
