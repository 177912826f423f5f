import { type Kysely, sql, type Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import type { NewTicket, NewTicketOrder, TicketRecord } from '../../src/ports/order-journal.ts';
import { isUuid, orderIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';
import { appendEvents, type NewEvent } from './journal-events.ts';
import { journaledOrders, lastEventId, orderOf } from './journal-orders.ts';

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
export async function journalTicket(trx: Transaction<DB>, ticket: NewTicket): Promise<TicketRecord> {
  const spec = storableJson(ticket.spec);
  const inserted = await trx
    .insertInto('tickets')
    .values({
      id: ticket.ticketId,
      account_id: ticket.accountId,
      spec,
      trade_id: ticket.tradeId === null ? null : storableText(ticket.tradeId),
      market_date: ticket.marketDate,
      journaled_at: ticket.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) await assertSameTicket(trx, ticket, spec);
  else if (ticket.orders.length > 0) {
    const rows = ticket.orders.map((order, position) => rowOf(ticket, order, position));
    await trx.insertInto('orders').values(rows).execute();
    await appendEvents(
      trx,
      ticket.orders.flatMap((order) => eventsOf(ticket, order)),
    );
  }
  return await requireTicket(trx, ticket.ticketId);
}

async function assertSameTicket(trx: Transaction<DB>, { ticketId, accountId }: NewTicket, spec: string): Promise<void> {
  const same = await trx
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
    tradable: storableJson(tradable),
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
