import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import { type BookSources, readLedger, readOrders } from './books.ts';
import type { Scene } from './rounds.ts';

const LOOK_EVERY_MS = 500;
/** Longer than the slowest thing that goes on by itself: a lost heartbeat, and a reconnect that backs off. */
const QUIET_MS = 8_000;
/** Temporal was seen to hand out the first task of a workflow 40 s after a kill in the moment of its start. */
const PATIENCE_MS = 120_000;
const CANCEL_MS = 15_000;

/**
 * Waits until every ticket that was started has begun and no book changes any more, and where `isLast` no ticket is under
 * way; false where that took too long.
 */
export async function untilPeace(
  sources: BookSources,
  ticketIds: readonly string[],
  isLast: boolean,
): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  let seen = '';
  let quietSince = performance.now();
  while (performance.now() < deadline) {
    const now = await signature(sources).catch((error: unknown) => `${String(error)} ${performance.now()}`);
    if (now !== seen) {
      seen = now;
      quietSince = performance.now();
    }
    const isQuiet = performance.now() - quietSince >= QUIET_MS;
    if (isQuiet && (await ticketsBegun(sources, ticketIds)) === ticketIds.length) {
      if (!isLast || (await ticketsUnderWay(sources)) === 0) return true;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

/** What changes whenever anything happens to an order. */
async function signature({ stand, db }: BookSources): Promise<string> {
  const { orders, executions } = await readLedger(stand);
  const { newest, untold } = await db
    .selectFrom('order_events')
    .select((eb) => [
      eb.fn.max('id').as('newest'),
      eb.fn.countAll<string>().filterWhere('told_at', 'is', null).as('untold'),
    ])
    .executeTakeFirstOrThrow();
  const { settled } = await db
    .selectFrom('tickets')
    .select((eb) => eb.fn.countAll<string>().filterWhere('settled_at', 'is not', null).as('settled'))
    .executeTakeFirstOrThrow();
  const states = orders.map(({ permId, status, quantity }) => `${permId} ${status} ${quantity}`);
  return JSON.stringify([newest, untold, settled, executions.length, states]);
}

async function ticketsBegun({ db }: BookSources, ticketIds: readonly string[]): Promise<number> {
  const { begun } = await db
    .selectFrom('tickets')
    .select((eb) => eb.fn.countAll<string>().as('begun'))
    .where('id', 'in', ticketIds)
    .executeTakeFirstOrThrow();
  return Number(begun);
}

/** Tickets that have not ended and do not wait for a person. */
async function ticketsUnderWay({ db }: BookSources): Promise<number> {
  const { open } = await db
    .selectFrom('tickets')
    .select((eb) => eb.fn.countAll<string>().as('open'))
    .where('settled_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('orders')
            .select('id')
            .whereRef('orders.ticket_id', '=', 'tickets.id')
            .where('state', '=', OrderState.unknown),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(open);
}

/** Cancels what stands through its tickets, until each was asked; what stands nevertheless is for the verdict. */
export async function cancelStanding(
  { folios, connection }: Scene,
  { db }: BookSources,
  say: (line: string) => void,
): Promise<void> {
  const wanted = { orderRefs: null, reason: 'the crash run is over', by: 'crash run' };
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const open = (await readOrders(db)).filter(({ state }) => !isTerminal(state));
    const tickets = [...new Set(open.map(({ ticketId }) => ticketId))];
    if (tickets.length === 0) return;
    const answers = await Promise.allSettled(
      tickets.map((ticketId) =>
        connection.withDeadline(Date.now() + CANCEL_MS, () => folios.cancelOrders(ticketId, wanted)),
      ),
    );
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []));
    if (refused.length > 0) say(`${refused.length} of ${tickets.length} cancels were not taken: ${refused[0]}`);
    await sleep(QUIET_MS / 2);
  }
}
