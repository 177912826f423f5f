import { dec, usdString } from '../../domain/money/decimal.ts';
import { instrumentKey } from '../../domain/orders/instrument.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import { exposureOf } from '../../service/flatten-account.ts';
import type { StatementPosition } from '../../service/portfolio-statement.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveTradingAccount } from '../references/account-reference.ts';
import { type Column, renderTable } from '../text/table.ts';
import { POSITION_COLUMNS } from './portfolio.ts';

type PositionRow = StatementPosition & { readonly account: string };

/** Open positions of all accounts or one, at their last mark. */
export async function listPositions(
  context: CliContext,
  options: { readonly account: string | null; readonly limit: number },
  view: View,
): Promise<CommandResult> {
  const all = await context.accounts.list();
  const wanted = options.account === null ? all : [resolveTradingAccount(all, options.account)];
  const rows = (await Promise.all(wanted.map((account) => positionsOf(context, account)))).flat();
  const shown = rows.slice(0, options.limit);
  const document = { positions: shown };
  if (shown.length === 0) return { document, text: 'No open positions.' };
  const columns: Column<PositionRow>[] = [
    { head: 'account', cell: (row) => row.account },
    ...POSITION_COLUMNS,
    { head: 'marked on', cell: (row) => row.marketDate },
  ];
  return { document, text: renderTable(columns, shown, view.width) };
}

/** The position's row tells its cost and mark, the exposure its value, which for an option has the multiplier in it. */
async function positionsOf(context: CliContext, account: TradingAccount): Promise<readonly PositionRow[]> {
  const [records, { positions }] = await Promise.all([
    context.portfolio.listPositions(account.accountId),
    exposureOf(context, account),
  ]);
  const values = new Map(positions.map((one) => [instrumentKey(one.instrument), one.marketValueUsd]));
  return records.map(({ ticker, quantity, costUsd, marketPrice, marketDate }) => ({
    account: account.name,
    ...{ ticker, quantity, costUsd, marketDate },
    price: marketPrice,
    // Without one a fill fell between the two questions; the next call has it.
    valueUsd: usdString(values.get(ticker) ?? dec(quantity).times(marketPrice)),
  }));
}
