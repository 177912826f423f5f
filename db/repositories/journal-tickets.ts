import { type Kysely, sql } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { intentKey } from '../../src/domain/orders/exposure.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import type { NewTicket, NewTicketOrder, TicketRecord } from '../../src/ports/order-journal.ts';
import { isUuid, orderIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { eventRow, type NewEvent } from './journal-events.ts';
import { journaledOrders, lastEventId, orderOf } from './journal-orders.ts';
import { deniedAlerts } from './order-alerts.ts';
import { raiseAlerts } from './raise-alert.ts';

/** A ticket that the journal follows, or null; a research ticket is none. */
export async function findTicket(db: Kysely<DB>, ticketId: string): Promise<TicketRecord | null> {
  if (!isUuid(ticketId)) return null;
  const rows = await journaledOrders(db)
    .select(['t.spec', 't.market_date', 't.journaled_at', 't.settled_at'])
    .select(lastEventId)
    .where('o.ticket_id', '=', ticketId)
    .orderBy('o.position')
    .execute();
  const [first] = rows;
  if (first === undefined || first.spec === null || first.market_date === null) return null;
  return {
    ticketId: first.ticket_id,
    accountId: first.account_id,
    spec: first.spec,
    tradeId: first.trade_id,
    marketDate: first.market_date,
    journaledAt: first.journaled_at,
    settledAt: first.settled_at,
    orders: rows.map((row) => {
      const { orderId, planned, progress, stateReason, brokerOrderId, ...order } = orderOf(row);
      const { submissions, submittedAt, reservedUsd } = order;
      const { state, filledQuantity, averageFillPrice } = progress;
      return {
        ...{ orderId, planned, state, stateReason, filledQuantity, averageFillPrice },
        ...{ brokerOrderId, lastEventId: row.lastEventId ?? 0, submissions, submittedAt, reservedUsd },
      };
    }),
  };
}

/** The first call for a ticket decides; a repeated one returns what it wrote. TICKET_CONFLICT if it is another ticket. */
export async function journalTicket(db: Kysely<DB>, ticket: NewTicket): Promise<TicketRecord> {
  const spec = storableJson(ticket.spec);
  const lastEventIds = await insertWithAlerts(db, ticket, spec);
  if (lastEventIds !== null) return recordOf(ticket, lastEventIds);
  await assertSameTicket(db, ticket, spec);
  return await requireTicket(db, ticket.ticketId);
}

/** What the gate denies is told: the alert is written with the ticket, or neither is. */
async function insertWithAlerts(
  db: Kysely<DB>,
  ticket: NewTicket,
  spec: string,
): Promise<ReadonlyMap<string, number> | null> {
  const alerts = deniedAlerts(ticket);
  if (alerts.length === 0) return await insertTicket(db, ticket, spec);
  return await db.transaction().execute(async (trx) => {
    const lastEventIds = await insertTicket(trx, ticket, spec);
    if (lastEventIds !== null) await raiseAlerts(trx, alerts);
    return lastEventIds;
  });
}

/** A ticket as it was just written: nobody has moved its orders yet. */
function recordOf(ticket: NewTicket, lastEventIds: ReadonlyMap<string, number>): TicketRecord {
  const { ticketId, accountId, spec, tradeId, marketDate, at } = ticket;
  const orders = ticket.orders.map((order) => ({
    orderId: orderIdOf(order.planned.orderRef),
    planned: order.planned,
    state: stateOf(order),
    stateReason: order.denial,
    ...{ filledQuantity: '0', averageFillPrice: null, brokerOrderId: null, submissions: 0, submittedAt: null },
    lastEventId: lastEventIds.get(order.planned.orderRef) ?? 0,
    reservedUsd: order.reservedUsd,
  }));
  return { ticketId, accountId, spec, tradeId, marketDate, journaledAt: at, settledAt: null, orders };
}

/**
 * A ticket with its orders and their first events, in one statement: all or nothing. The number of each order's newest
 * event; null where the ticket is there already.
 */
async function insertTicket(
  db: Kysely<DB>,
  ticket: NewTicket,
  spec: string,
): Promise<ReadonlyMap<string, number> | null> {
  const orders = ticket.orders.map((order, position) => rowOf(ticket, order, position));
  const events = ticket.orders.flatMap((order) => eventsOf(ticket, order)).map(eventRow);
  const tradeId = ticket.tradeId === null ? null : storableText(ticket.tradeId);
  const { rows } = await sql<{ order_ref: string; newest: number }>`
    with fresh as (
      insert into tickets (id, account_id, spec, trade_id, market_date, journaled_at)
      values (${ticket.ticketId}, ${ticket.accountId}, ${spec}, ${tradeId}, ${ticket.marketDate}, ${ticket.at})
      on conflict (id) do nothing
      returning id
    ), ordered as (${insertRows('orders', orders)}), noted as (
      ${insertRows('order_events', events)} returning id, order_ref
    )
    select order_ref, max(id) as newest from noted group by order_ref
  `.execute(db);
  return rows.length === 0 ? null : new Map(rows.map(({ order_ref, newest }) => [order_ref, newest]));
}

/** Rows of a table, whose types the database takes from its own columns, where the ticket is fresh. */
function insertRows(table: 'orders' | 'order_events', rows: readonly object[]) {
  const columns = sql.join(Object.keys(rows[0] ?? {}).map((column) => sql.ref(column)));
  return sql`
    insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${storableJson(rows)}::jsonb)
    where exists (select from fresh)
  `;
}

async function assertSameTicket(db: Kysely<DB>, { ticketId, accountId }: NewTicket, spec: string): Promise<void> {
  const same = await db
    .selectFrom('tickets')
    .select('id')
    .where('id', '=', ticketId)
    .where('account_id', '=', accountId)
    .where(sql<boolean>`spec = ${spec}::jsonb`)
    .executeTakeFirst();
  if (same !== undefined) return;
  const message = `ticket ${ticketId} was journaled with other orders or for another account`;
  throw new FoliosError('TICKET_CONFLICT', message, { ticketId, accountId });
}

function stateOf({ denial }: NewTicketOrder): OrderState {
  return denial === null ? OrderState.pending : OrderState.denied;
}

function rowOf(ticket: NewTicket, order: NewTicketOrder, position: number) {
  const { planned, denial, quote, reservedUsd } = order;
  const { tradable } = planned;
  return {
    id: orderIdOf(planned.orderRef),
    ticket_id: ticket.ticketId,
    account_id: ticket.accountId,
    order_ref: planned.orderRef,
    position,
    ticker: tradable.kind === 'combo' ? tradable.symbol : instrumentKey(tradable),
    tradable,
    intent_key: storableText(intentKey(planned)),
    side: planned.side,
    quantity: planned.quantity,
    order_type: planned.type,
    time_in_force: planned.timeInForce,
    limit_price: planned.limitPrice ?? null,
    stop_price: planned.stopPrice ?? null,
    trail_amount: planned.trailAmount ?? null,
    trail_percent: planned.trailPercent ?? null,
    role: planned.role,
    parent_ref: planned.parentRef,
    oca_group: planned.ocaGroup,
    state: stateOf(order),
    state_reason: denial === null ? null : storableText(denial),
    reference_price: quote,
    market_date: ticket.marketDate,
    filled_quantity: '0',
    average_fill_price: null,
    reserved_usd: reservedUsd,
    created_at: ticket.at,
    updated_at: ticket.at,
  };
}

function eventsOf({ accountId, at }: NewTicket, order: NewTicketOrder): readonly NewEvent[] {
  const { planned, assessment, denial, quote, reservedUsd } = order;
  const { orderRef } = planned;
  const shared = {
    ...{ accountId, order: { orderId: orderIdOf(orderRef), planned }, kept: null, at, recordedAt: at, isNews: false },
  };
  return [
    { ...shared, key: `intent/${orderRef}`, kind: 'intent', state: OrderState.pending, data: planned },
    {
      ...{ ...shared, key: `gate/${orderRef}`, kind: 'gate', state: stateOf(order) },
      data: { assessment, denial, quote, reservedUsd },
    },
  ];
}

/** Ends a ticket whose orders are all over. Repeating it is harmless. TICKET_CONFLICT where one is not over. */
export async function settleTicket(db: Kysely<DB>, ticketId: string, at: Date): Promise<TicketRecord> {
  const ticket = await requireTicket(db, ticketId);
  if (ticket.settledAt !== null) return ticket;
  // No order comes back from its end, so that no lock is needed between this look and the next statement.
  const open = ticket.orders.find(({ state }) => !isTerminal(state));
  if (open) {
    const message = `ticket ${ticketId} cannot be settled: order ${open.planned.orderRef} is ${open.state}`;
    throw new FoliosError('TICKET_CONFLICT', message, { ticketId, orderRef: open.planned.orderRef, state: open.state });
  }
  await db
    .updateTable('tickets')
    .set({ settled_at: at })
    .where('id', '=', ticketId)
    .where('settled_at', 'is', null)
    .execute();
  return { ...ticket, settledAt: at };
}

async function requireTicket(db: Kysely<DB>, ticketId: string): Promise<TicketRecord> {
  const ticket = await findTicket(db, ticketId);
  if (ticket) return ticket;
  throw new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} was never journaled`, { ticketId });
}
