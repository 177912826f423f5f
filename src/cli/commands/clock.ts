import type { MarketDate } from '../../domain/market/market-date.ts';
import { formatUsd } from '../../domain/money/decimal.ts';
import { advanceMarketDay } from '../../service/market-day.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { accountNames } from '../references/account-reference.ts';
import { renderTable } from '../text/table.ts';

/** The day on which the replayed market stands. */
export async function showClock({ marketClock }: CliContext): Promise<CommandResult> {
  const marketDate = await marketClock.get();
  const text =
    marketDate === null ? 'The replayed market has not started.' : `The replayed market stands at ${marketDate}.`;
  return { document: { marketDate }, text };
}

/** Moves the replayed market forward and marks every portfolio at the new day. It never goes back. INPUT_INVALID, QUOTE_UNAVAILABLE. */
export async function advanceClock(context: CliContext, to: MarketDate, view: View): Promise<CommandResult> {
  const { from, snapshots } = await advanceMarketDay(context, to);
  const document = { from, marketDate: to, snapshots };
  const moved = `The replayed market moved from ${from ?? 'its start'} to ${to}.`;
  if (snapshots.length === 0) return { document, text: `${moved} There are no portfolios to mark.` };
  const names = accountNames(await context.accounts.list());
  const table = renderTable<(typeof snapshots)[number]>(
    [
      { head: 'account', cell: (row) => names(row.accountId) },
      { head: 'marked on', cell: (row) => row.marketDate },
      { head: 'total $', align: 'right', cell: (row) => formatUsd(row.totalUsd) },
    ],
    snapshots,
    view.width,
  );
  return { document, text: `${moved}\n\n${table}` };
}
