import { dec, formatUsd } from '../../domain/money/decimal.ts';
import type { OrderState } from '../../domain/orders/order-state.ts';
import type { AccountRecord, OrderRecord } from '../../ports/repositories.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { accountName, resolveAccount } from '../references/account-reference.ts';
import { formatPrice, formatQuantity } from '../text/amounts.ts';
import { type Column, renderTable } from '../text/table.ts';

export interface OrdersFilter {
  readonly account: string | null;
  readonly state: OrderState | null;
  readonly limit: number;
}

/** The columns of an order; values in US dollars. */
export const ORDER_COLUMNS: readonly Column<OrderRecord>[] = [
  { head: 'ticker', cell: (order) => order.ticker },
  { head: 'side', cell: (order) => order.side },
  { head: 'quantity', align: 'right', cell: (order) => formatQuantity(order.quantity) },
  { head: 'order', cell: (order) => order.state },
  { head: 'filled', align: 'right', cell: (order) => formatQuantity(order.filledQuantity) },
  {
    head: 'fill $',
    align: 'right',
    cell: ({ averageFillPrice }) => (averageFillPrice ? formatPrice(averageFillPrice) : '–'),
  },
  { head: 'filled $', align: 'right', cell: filledValue },
];

/** Orders of all accounts or one. Denied is our risk gate's word, rejected the broker's. */
export async function listOrders({ portfolio }: CliContext, filter: OrdersFilter, view: View): Promise<CommandResult> {
  const accounts = await portfolio.listAccounts();
  const account = filter.account === null ? null : resolveAccount(accounts, filter.account);
  const orders = await portfolio.listOrders({
    ...(account ? { accountId: account.accountId } : {}),
    ...(filter.state ? { state: filter.state } : {}),
    limit: filter.limit,
  });
  const names = accountNames(accounts);
  const document = { orders: orders.map((order) => ({ account: names(order.accountId), ...order })) };
  const byId = new Map(accounts.map((one) => [one.accountId, one]));
  if (orders.length === 0) return { document, text: 'No orders. They come from: folios execute --ready' };
  const columns: Column<OrderRecord>[] = [
    { head: 'strategy', cell: (order) => byId.get(order.accountId)?.strategySlug ?? '–', shrink: 'cut' },
    { head: 'provider', cell: (order) => byId.get(order.accountId)?.provider ?? '–' },
    ...ORDER_COLUMNS,
    { head: 'day', cell: (order) => order.marketDate },
    { head: 'reason', cell: (order) => order.stateReason ?? '', shrink: 'wrap' },
  ];
  return { document, text: renderTable(columns, orders, view.width) };
}

/** Account names by id. */
export function accountNames(accounts: readonly AccountRecord[]): (accountId: string) => string {
  const names = new Map(accounts.map((account) => [account.accountId, accountName(account)]));
  return (accountId) => names.get(accountId) ?? accountId;
}

function filledValue({ filledQuantity, averageFillPrice }: OrderRecord): string {
  return averageFillPrice ? formatUsd(dec(filledQuantity).times(averageFillPrice)) : '–';
}
