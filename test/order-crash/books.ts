import type { Client } from '@temporalio/client';
import type { Kysely } from 'kysely';
import { tradableOf } from '../../db/repositories/journal-orders.ts';
import { listWrongBalances } from '../../db/repositories/ledger.ts';
import type { DB } from '../../db/schema.gen.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { OrderRole } from '../../src/domain/orders/order.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { OrderSide, type OrderState } from '../../src/domain/orders/order-state.ts';
import { legsOf } from '../../src/domain/orders/ticket.ts';
import type { SimulatorLedger } from '../../src/emulators/tws/control/ledger.ts';
import { ticketQuery } from '../../workflows/execute-ticket/messages.ts';
import type { executeOrderTicket } from '../../workflows/execute-ticket/order-ticket.ts';
import type { Stand } from './stand.ts';

/** An intent as PostgreSQL has it. */
export interface BookedOrder {
  readonly ref: string;
  readonly ticketId: string;
  readonly brokerAccount: string;
  readonly role: OrderRole;
  readonly state: OrderState;
  readonly filled: string;
  readonly submissions: number;
  /** What a unit of it trades: itself, or the legs of a combination; by the keys of the books. */
  readonly legs: readonly { readonly key: string; readonly ratio: number }[];
}

export interface JournaledEvent {
  readonly id: number;
  readonly ref: string | null;
  readonly kind: string;
  readonly outcome: string;
  readonly problem: string | null;
  readonly state: OrderState | null;
  readonly isTold: boolean;
  readonly recordedAtMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BookedExecution {
  readonly execId: string;
  readonly ref: string;
  /** Of the instrument. */
  readonly key: string;
  readonly quantity: string;
}

/** How a ticket's workflow ended, or that it waits, and what it says of each of its orders. */
export interface TicketHistory {
  readonly ticketId: string;
  readonly status: string;
  readonly orders: readonly OrderNews[];
  /** What a running one waits for, in words. */
  readonly waitsFor: string;
}

/** Everything that four books say of the same orders. */
export interface Books {
  readonly simulator: SimulatorLedger;
  readonly orders: readonly BookedOrder[];
  readonly events: readonly JournaledEvent[];
  readonly executions: readonly BookedExecution[];
  readonly positions: readonly { readonly account: string; readonly key: string; readonly quantity: string }[];
  /** What the account has beyond its opening deposit. */
  readonly cash: readonly { readonly account: string; readonly change: string }[];
  readonly unbalanced: readonly string[];
  readonly histories: readonly TicketHistory[];
}

export interface BookSources {
  readonly stand: Stand;
  readonly db: Kysely<DB>;
  readonly client: Client;
}

export async function readLedger(stand: Stand): Promise<SimulatorLedger> {
  return (await stand.control('GET', 'ledger')) as SimulatorLedger;
}

export async function readBooks({ stand, db, client }: BookSources, ticketIds: readonly string[]): Promise<Books> {
  const histories: TicketHistory[] = [];
  for (const ticketId of ticketIds) histories.push(await readHistory(client, ticketId));
  const [simulator, orders, events, executions, positions, cash, unbalanced] = await Promise.all([
    readLedger(stand),
    readOrders(db),
    readEvents(db),
    readExecutions(db),
    readPositions(db),
    readCash(db),
    readUnbalanced(db),
  ]);
  return { simulator, orders, events, executions, positions, cash, unbalanced, histories };
}

export async function readHistory(client: Client, ticketId: string): Promise<TicketHistory> {
  const handle = client.workflow.getHandle<typeof executeOrderTicket>(workflowIds.executeTicket(ticketId));
  try {
    const { status, raw } = await handle.describe();
    const { name } = status;
    if (name === 'COMPLETED') return { ticketId, status: name, orders: (await handle.result()).orders, waitsFor: '' };
    if (name !== 'RUNNING') return { ticketId, status: name, orders: [], waitsFor: '' };
    const activities = (raw.pendingActivities ?? []).map(
      ({ activityType, attempt, lastFailure }) => `${activityType?.name} (attempt ${attempt}: ${lastFailure?.message})`,
    );
    const task = raw.pendingWorkflowTask ? [`a workflow task (attempt ${raw.pendingWorkflowTask.attempt})`] : [];
    const waitsFor = [...task, ...activities].join(', ');
    const orders = await handle.query(ticketQuery).then(
      (view) => view.orders,
      () => [],
    );
    return { ticketId, status: name, orders, waitsFor };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ticketId, status: `unreadable: ${reason}`, orders: [], waitsFor: '' };
  }
}

export async function readOrders(db: Kysely<DB>): Promise<BookedOrder[]> {
  const rows = await db
    .selectFrom('orders as o')
    .innerJoin('portfolio_accounts as a', 'a.id', 'o.account_id')
    .select(['o.order_ref', 'o.ticket_id', 'a.broker_account', 'o.role', 'o.state', 'o.filled_quantity'])
    .select(['o.submissions', 'o.tradable', 'o.ticker'])
    .orderBy('o.order_ref')
    .execute();
  return rows.map((row) => ({
    ref: row.order_ref,
    ticketId: row.ticket_id,
    brokerAccount: row.broker_account,
    role: row.role,
    state: row.state,
    filled: row.filled_quantity,
    submissions: row.submissions,
    legs: legsOf(tradableOf(row), OrderSide.buy).map(({ instrument, ratio }) => ({
      key: instrumentKey(instrument),
      ratio,
    })),
  }));
}

export async function readEvents(db: Kysely<DB>): Promise<JournaledEvent[]> {
  const rows = await db.selectFrom('order_events').selectAll().orderBy('id').execute();
  return rows.map((row) => ({
    id: row.id,
    ref: row.order_ref,
    kind: row.kind,
    outcome: row.outcome,
    problem: row.problem,
    state: row.state,
    isTold: row.told_at !== null,
    recordedAtMs: row.recorded_at.getTime(),
    data: row.data,
  }));
}

async function readExecutions(db: Kysely<DB>) {
  return await db
    .selectFrom('executions as x')
    .innerJoin('orders as o', 'o.id', 'x.order_id')
    .select(['x.exec_id as execId', 'o.order_ref as ref', 'x.ticker as key', 'x.quantity'])
    .execute();
}

async function readPositions(db: Kysely<DB>) {
  return await db
    .selectFrom('positions as p')
    .innerJoin('portfolio_accounts as a', 'a.id', 'p.account_id')
    .select(['a.broker_account as account', 'p.ticker as key', 'p.quantity'])
    .execute();
}

async function readCash(db: Kysely<DB>) {
  return await db
    .selectFrom('portfolio_accounts as a')
    .innerJoin('ledger_transactions as t', 't.account_id', 'a.id')
    .innerJoin('ledger_entries as e', 'e.transaction_id', 't.id')
    .select(['a.broker_account as account', (eb) => eb.fn.sum<string>('e.amount_usd').as('change')])
    .where('e.ledger_account', '=', 'cash')
    .where('t.execution_id', 'is not', null)
    .groupBy('a.broker_account')
    .execute();
}

async function readUnbalanced(db: Kysely<DB>): Promise<string[]> {
  const rows = await db
    .selectFrom('ledger_entries')
    .select('transaction_id as id')
    .groupBy('transaction_id')
    .having((eb) => eb(eb.fn.sum('amount_usd'), '<>', 0))
    .execute();
  return [...rows.map(({ id }) => id), ...(await listWrongBalances(db))];
}
