import { describeTradable } from '../../domain/orders/describe-order.ts';
import { OrderRole } from '../../domain/orders/order.ts';
import { isTerminal, type OrderState } from '../../domain/orders/order-state.ts';
import type { KeptReport } from '../../ports/order-journal.ts';
import type { ListedOrder, OrderFilter } from '../../ports/order-listing.ts';
import { formatPrice, formatQuantity } from '../../service/text/amounts.ts';
import { orderText, termsText } from '../../service/text/order-terms.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { accountNames, resolveTradingAccount } from '../references/account-reference.ts';
import { resolveOrderOrTicket, shortOrderIds } from '../references/order-reference.ts';
import { eventText } from '../text/order-events.ts';
import { type Column, renderTable } from '../text/table.ts';

/** Null where it is not asked for. */
export interface OrdersFilter {
  readonly account: string | null;
  readonly state: OrderState | null;
  readonly symbol: string | null;
  readonly ticket: string | null;
  readonly limit: number;
}

/** Orders of all accounts or some, newest first. Denied is our risk gate's word, rejected the broker's. */
export async function listOrders(context: CliContext, filter: OrdersFilter, view: View): Promise<CommandResult> {
  const accounts = await context.accounts.list();
  const orders = await context.orders.listOrders(await wanted(context, filter));
  const nameOf = accountNames(accounts);
  const document = {
    orders: orders.map((order) => ({
      account: nameOf(order.accountId),
      instrument: describeTradable(order.tradable),
      terms: termsText(order),
      ...order,
    })),
  };
  if (orders.length === 0)
    return { document, text: 'No orders. They come from: folios execute --ready, folios order place' };
  return { document, text: renderOrders(orders, nameOf, view) };
}

/** Whether any of these orders may still move by itself; `--watch` ends when none does. */
export async function isAnyMoving(context: CliContext, filter: OrdersFilter): Promise<boolean> {
  const orders = await context.orders.listOrders(await wanted(context, filter));
  return orders.some(({ state }) => !isTerminal(state) && state !== 'UNKNOWN');
}

/** What brokers told that could not be booked or belongs to no order: it waits for a person, or one has looked at it. */
export async function listKeptReports(
  { journal, accounts }: CliContext,
  filter: Pick<OrdersFilter, 'account' | 'limit'>,
  which: 'waiting' | 'acknowledged',
  view: View,
): Promise<CommandResult> {
  const all = await accounts.list();
  const account = filter.account === null ? null : resolveTradingAccount(all, filter.account);
  const kept = await journal.listKept(account?.accountId ?? null, filter.limit, which);
  const nameOf = accountNames(all);
  const document = { kept: kept.map((event) => ({ account: nameOf(event.accountId), ...event })) };
  if (kept.length === 0) return { document, text: NOTHING_KEPT[which] };
  const text = renderTable<KeptReport>(
    [
      { head: 'report', align: 'right', cell: ({ eventId }) => String(eventId) },
      { head: 'told at', cell: ({ at }) => at.toISOString() },
      { head: 'account', cell: ({ accountId }) => nameOf(accountId), shrink: 'cut' },
      { head: 'order', cell: ({ orderRef }) => orderRef ?? '–', shrink: 'wrap' },
      { head: 'outcome', cell: ({ outcome }) => outcome },
      { head: 'told', cell: eventText, shrink: 'wrap' },
      { head: 'problem', cell: ({ problem }) => problem ?? '', shrink: 'wrap' },
      ...(which === 'waiting' ? [] : [ACKNOWLEDGED]),
    ],
    kept,
    view.width,
  );
  return { document, text };
}

const NOTHING_KEPT = {
  waiting: 'Nothing is kept: every report of a broker was booked, or somebody has acknowledged it.',
  acknowledged: 'No report was acknowledged.',
} as const;

const ACKNOWLEDGED: Column<KeptReport> = {
  head: 'acknowledged',
  cell: ({ acknowledged: one }) => (one ? `${one.reason} (${one.by}, ${one.at.toISOString().slice(0, 10)})` : ''),
  shrink: 'wrap',
};

async function wanted(context: CliContext, filter: OrdersFilter): Promise<OrderFilter> {
  const { account, state, symbol, ticket, limit } = filter;
  const accountId = account === null ? null : resolveTradingAccount(await context.accounts.list(), account).accountId;
  const ticketId = ticket === null ? null : (await resolveOrderOrTicket(context.orders, ticket)).ticketId;
  return {
    ...(accountId === null ? {} : { accountId }),
    ...(ticketId === null ? {} : { ticketId }),
    ...(state === null ? {} : { states: [state] }),
    ...(symbol === null ? {} : { symbol }),
    limit,
  };
}

function renderOrders(orders: readonly ListedOrder[], nameOf: (accountId: string) => string, { width }: View): string {
  const short = shortOrderIds(orders);
  return renderTable<ListedOrder>(
    [
      { head: 'id', cell: ({ orderId }) => short(orderId) },
      { head: 'account', cell: ({ accountId }) => nameOf(accountId) },
      { head: 'order', cell: withOrigin, shrink: 'wrap' },
      { head: 'state', cell: ({ state }) => state },
      { head: 'filled', align: 'right', cell: ({ filledQuantity }) => formatQuantity(filledQuantity) },
      {
        head: 'fill $',
        align: 'right',
        cell: ({ averageFillPrice }) => (averageFillPrice === null ? '–' : formatPrice(averageFillPrice)),
      },
      { head: 'day', cell: ({ marketDate }) => marketDate },
      { head: 'reason', cell: ({ stateReason }) => stateReason ?? '', shrink: 'wrap' },
    ],
    orders,
    width,
  );
}

/** What was made by hand at the broker says so. */
function withOrigin(order: ListedOrder): string {
  return `${orderText(order)}${order.role === OrderRole.external ? ' (external)' : ''}`;
}
