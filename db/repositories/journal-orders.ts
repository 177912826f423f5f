import { type ExpressionBuilder, type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { DecimalString } from '../../src/domain/money/decimal.ts';
import type { Tradable } from '../../src/domain/orders/instrument.ts';
import type { PlannedOrder } from '../../src/domain/orders/order.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import type { OrderProgress } from '../../src/domain/orders/order-progress.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

/** An order of the journal as it stands. */
export interface JournaledOrder {
  readonly orderId: string;
  readonly ticketId: string;
  readonly accountId: string;
  readonly tradeId: string | null;
  readonly planned: PlannedOrder;
  readonly progress: OrderProgress;
  readonly stateReason: string | null;
  readonly brokerOrderId: string | null;
  readonly submissions: number;
  readonly submittedAt: Date | null;
  readonly reservedUsd: DecimalString;
}

const COLUMNS = [
  ...([
    'o.id',
    'o.ticket_id',
    'o.account_id',
    't.trade_id',
    'o.order_ref',
    'o.ticker',
    'o.tradable',
    'o.side',
  ] as const),
  ...(['o.quantity', 'o.order_type', 'o.time_in_force', 'o.limit_price', 'o.stop_price', 'o.trail_amount'] as const),
  ...(['o.trail_percent', 'o.role', 'o.parent_ref', 'o.oca_group', 'o.state', 'o.state_reason'] as const),
  ...(['o.filled_quantity', 'o.average_fill_price', 'o.broker_order_id', 'o.submissions', 'o.submitted_at'] as const),
  'o.reserved_usd',
] as const;

/** All orders; those of research tickets, too, which their task settles and nobody else moves. */
export function allOrders(db: Kysely<DB>) {
  return db.selectFrom('orders as o').innerJoin('tickets as t', 't.id', 'o.ticket_id').select(COLUMNS);
}

/** The orders of tickets that the journal follows. */
export function journaledOrders(db: Kysely<DB>) {
  return allOrders(db).where('t.spec', 'is not', null);
}

type OrderRow = Awaited<ReturnType<ReturnType<typeof allOrders>['execute']>>[number];

export function orderOf(row: OrderRow): JournaledOrder {
  return {
    orderId: row.id,
    ticketId: row.ticket_id,
    accountId: row.account_id,
    tradeId: row.trade_id,
    planned: plannedOf(row),
    progress: {
      state: row.state,
      quantity: row.quantity,
      filledQuantity: row.filled_quantity,
      averageFillPrice: row.average_fill_price,
    },
    stateReason: row.state_reason,
    brokerOrderId: row.broker_order_id,
    submissions: row.submissions,
    submittedAt: row.submitted_at,
    reservedUsd: row.reserved_usd,
  };
}

type PlannedColumn =
  | ('order_ref' | 'role' | 'parent_ref' | 'oca_group' | 'ticker' | 'tradable' | 'side' | 'quantity' | 'order_type')
  | ('time_in_force' | 'limit_price' | 'stop_price' | 'trail_amount' | 'trail_percent');

export function plannedOf(row: Pick<OrderRow, PlannedColumn>): PlannedOrder {
  return {
    orderRef: row.order_ref,
    role: row.role,
    parentRef: row.parent_ref,
    ocaGroup: row.oca_group,
    tradable: tradableOf(row),
    side: row.side,
    quantity: row.quantity,
    type: row.order_type,
    timeInForce: row.time_in_force,
    ...(row.limit_price === null ? {} : { limitPrice: row.limit_price }),
    ...(row.stop_price === null ? {} : { stopPrice: row.stop_price }),
    ...(row.trail_amount === null ? {} : { trailAmount: row.trail_amount }),
    ...(row.trail_percent === null ? {} : { trailPercent: row.trail_percent }),
  };
}

/** Research runs trade shares, and name them by their ticker alone. */
export function tradableOf(row: { readonly tradable: Tradable | null; readonly ticker: string }): Tradable {
  return row.tradable ?? { kind: 'stock', symbol: row.ticker };
}

/** The number of an order's newest event; 0 for none, as of research orders. */
export function lastEventId(eb: ExpressionBuilder<{ o: DB['orders'] } & DB, 'o'>) {
  return eb
    .selectFrom('order_events as e')
    .select(sql<number>`coalesce(max(e.id), 0)`.as('lastEventId'))
    .whereRef('e.order_ref', '=', 'o.order_ref')
    .as('lastEventId');
}

/** An order that must exist, with its account locked. TICKET_CONFLICT. */
export async function lockOrder(trx: Transaction<DB>, orderRef: string): Promise<JournaledOrder> {
  const [order] = await lockOrders(trx, [orderRef]);
  if (order === undefined) throw noOrder(orderRef);
  return order;
}

/** Orders of one account with that account locked, which lets nobody else move them. TICKET_CONFLICT where one is missing. */
export async function lockOrders(
  trx: Transaction<DB>,
  orderRefs: readonly string[],
): Promise<readonly JournaledOrder[]> {
  await lockAccountOf(trx, orderRefs);
  return await readOrders(trx, orderRefs);
}

/** Locks the account of these orders; a look at them after it sees them as they stay. TICKET_CONFLICT if there are several. */
export async function lockAccountOf(trx: Transaction<DB>, orderRefs: readonly string[]): Promise<void> {
  const accounts = await trx
    .selectFrom('portfolio_accounts')
    .select('id')
    .where('id', 'in', (eb) => eb.selectFrom('orders').select('account_id').where('order_ref', 'in', orderRefs))
    .forNoKeyUpdate()
    .execute();
  if (accounts.length > 1) {
    const accountIds = accounts.map(({ id }) => id);
    throw new FoliosError('TICKET_CONFLICT', 'orders of several accounts cannot move together', { accountIds });
  }
}

/** TICKET_CONFLICT where one is missing. */
export async function readOrders(
  trx: Transaction<DB>,
  orderRefs: readonly string[],
): Promise<readonly JournaledOrder[]> {
  const rows = await journaledOrders(trx).where('o.order_ref', 'in', orderRefs).orderBy('o.position').execute();
  const missing = orderRefs.find((ref) => !rows.some((row) => row.order_ref === ref));
  if (missing !== undefined) throw noOrder(missing);
  return rows.map(orderOf);
}

/** Writes how far an order has come, as it is given. */
export async function saveProgress(
  trx: Transaction<DB>,
  { orderId, progress, stateReason, brokerOrderId }: JournaledOrder,
  at: Date,
): Promise<void> {
  const { state, quantity, filledQuantity, averageFillPrice } = progress;
  await trx
    .updateTable('orders')
    .set({
      state,
      quantity,
      filled_quantity: filledQuantity,
      average_fill_price: averageFillPrice,
      state_reason: stateReason === null ? null : storableText(stateReason),
      broker_order_id: brokerOrderId === null ? null : storableText(brokerOrderId),
      updated_at: at,
    })
    .where('id', '=', orderId)
    .execute();
}

/** A new state has the reason of what brought it; a state that stays keeps the first reason that was told. */
export function reasonAfter(order: JournaledOrder, after: OrderProgress, reason: string | null): string | null {
  return after.state === order.progress.state ? (order.stateReason ?? reason) : reason;
}

/** What the order's ticket is told of it. */
export function newsOf(
  order: Pick<JournaledOrder, 'planned' | 'progress' | 'stateReason'>,
  eventId: number,
): OrderNews {
  const { state, filledQuantity, averageFillPrice } = order.progress;
  const { orderRef } = order.planned;
  return { eventId, orderRef, state, stateReason: order.stateReason, filledQuantity, averageFillPrice };
}

function noOrder(orderRef: string): FoliosError {
  return new FoliosError('TICKET_CONFLICT', `no order of a ticket has the reference ${orderRef}`, { orderRef });
}
