import { dec, sum, ZERO } from '../../src/domain/money/decimal.ts';
import { isTerminal, isWorking, OrderState } from '../../src/domain/orders/order-state.ts';
import type { SimulatorLedger } from '../../src/emulators/tws/control/ledger.ts';
import type { BookedOrder, Books } from './books.ts';

type SimulatedOrder = SimulatorLedger['orders'][number];

/** One promise and what breaks it, in words; kept by none. */
export interface Promised {
  readonly name: string;
  readonly broken: readonly string[];
}

/** Brackets whose entry has filled and whose open rest no live stop at the simulator covers; in words. */
export function unprotectedEntries(simulator: SimulatorLedger, orders: readonly BookedOrder[]): string[] {
  const atBroker = Map.groupBy(simulator.orders, ({ orderRef }) => orderRef);
  const filledOf = (ref: string) => (atBroker.get(ref) ?? []).reduce((sum, one) => sum.plus(one.filled), ZERO);
  const byTicket = Map.groupBy(orders, ({ ticketId }) => ticketId);
  return [...byTicket.values()].flatMap((ticket) => {
    const entry = ticket.find(({ role }) => role === 'entry');
    if (entry === undefined) return [];
    const exits = ticket.filter(({ role }) => role === 'take_profit' || role === 'stop_loss');
    const open = exits.reduce((left, { ref }) => left.minus(filledOf(ref)), filledOf(entry.ref));
    const stops = exits.filter(({ role }) => role === 'stop_loss').flatMap(({ ref }) => atBroker.get(ref) ?? []);
    const covered = stops
      .filter((one) => one.endedAt === null && !one.isHeld)
      .reduce((sum, one) => sum.plus(one.quantity).minus(one.filled), ZERO);
    return covered.gte(open) ? [] : [`${entry.ref}: ${open.toFixed()} open, ${covered.toFixed()} under a live stop`];
  });
}

/** Every promise held against the four books; `unprotected` was seen before the standing orders were cancelled. */
export function judge(books: Books, unprotected: readonly string[]): readonly Promised[] {
  return [
    { name: 'duplicates (two orders of one intent at the broker)', broken: duplicates(books) },
    { name: 'lost (the broker has it, our books do not)', broken: lost(books) },
    { name: 'phantom (our books have it, the broker does not)', broken: phantoms(books) },
    { name: 'intents neither over nor waiting for a person', broken: unsettled(books) },
    { name: 'unprotected entries', broken: unprotected },
    { name: 'executions missing, invented or booked twice', broken: executionDifferences(books) },
    { name: 'accounts whose positions differ', broken: positionDifferences(books) },
    { name: 'accounts whose cash differs', broken: cashDifferences(books) },
    { name: 'ledger transactions that do not balance', broken: books.unbalanced },
    { name: 'orders whose journal differs', broken: journalDifferences(books) },
    { name: 'tickets whose history differs', broken: historyDifferences(books) },
  ];
}

/** Whether the broker ever worked it, or still holds it ready; refused orders, and held ones that are over, did nothing. */
function didWork({ filled, history, isHeld, status, endedAt }: SimulatedOrder): boolean {
  if (isHeld) return endedAt === null;
  if (status === 'Inactive' && dec(filled).isZero()) return false;
  return history.some((moment) => moment.status !== 'PendingSubmit' && moment.status !== 'Inactive');
}

function duplicates({ simulator }: Books): string[] {
  const ours = simulator.orders.filter((order) => order.orderRef !== '' && didWork(order));
  return [...Map.groupBy(ours, ({ orderRef }) => orderRef)]
    .filter(([, orders]) => orders.length > 1)
    .map(([ref, orders]) => `${ref}: ${orders.map(({ permId, status }) => `${permId} ${status}`).join(', ')}`);
}

function lost({ simulator, orders }: Books): string[] {
  const booked = new Map(orders.map((order) => [order.ref, order]));
  return simulator.orders.flatMap((order) => {
    const ours = booked.get(order.orderRef);
    if (ours === undefined) return [`${order.orderRef}: order ${order.permId} is no intent of ours`];
    if (dec(order.filled).gt(ours.filled)) {
      return [`${ours.ref}: ${order.filled} filled at the broker, ${ours.filled} in the books (${ours.state})`];
    }
    const isLive = order.endedAt === null;
    return isLive && !isWorking(ours.state) && ours.state !== OrderState.unknown
      ? [`${ours.ref}: ${order.status} at the broker, ${ours.state} in the books`]
      : [];
  });
}

function phantoms({ simulator, orders }: Books): string[] {
  const atBroker = Map.groupBy(simulator.orders, ({ orderRef }) => orderRef);
  return orders.flatMap(({ ref, state, filled }) => {
    const theirs = atBroker.get(ref) ?? [];
    const traded = theirs.reduce((sum, one) => sum.plus(one.filled), ZERO);
    if (dec(filled).gt(traded)) return [`${ref}: ${filled} filled in the books, ${traded.toFixed()} at the broker`];
    const isLive = theirs.some(({ endedAt }) => endedAt === null);
    return isWorking(state) && !isLive ? [`${ref}: ${state} in the books, not live at the broker`] : [];
  });
}

function unsettled({ orders }: Books): string[] {
  return orders
    .filter(({ state }) => !isTerminal(state) && state !== OrderState.unknown)
    .map(({ ref, state, submissions }) => `${ref}: ${state} after ${submissions} submissions`);
}

/** Of a combination the broker tells a summary beside its legs: only these are booked. */
function executionDifferences({ simulator, executions, orders }: Books): string[] {
  const booked = Map.groupBy(executions, ({ execId }) => execId);
  const traded = simulator.executions.filter(({ contract }) => contract.secType !== 'BAG');
  const told = new Map(traded.map((one) => [one.execId, one]));
  const missing = traded.filter(({ execId }) => !booked.has(execId));
  const differing = executions.filter(({ execId, ref, key, quantity }) => {
    const theirs = told.get(execId);
    if (theirs === undefined || theirs.orderRef !== ref) return true;
    return keyOf(theirs.contract) !== key || !dec(theirs.quantity).equals(quantity);
  });
  const byRef = Map.groupBy(executions, ({ ref }) => ref);
  const unsummed = orders.filter((order) => !isFilledBy(order, byRef.get(order.ref) ?? []));
  return [
    ...missing.map(({ execId, orderRef }) => `${orderRef}: execution ${execId} is not booked`),
    ...differing.map(({ execId, ref }) => `${ref}: execution ${execId} is not the broker's`),
    ...[...booked].filter(([, rows]) => rows.length > 1).map(([execId]) => `execution ${execId} is booked twice`),
    ...unsummed.map(({ ref, filled: total }) => `${ref}: ${total} filled, which its executions do not sum to`),
  ];
}

/** Every leg has traded its ratio for each unit that has filled. */
function isFilledBy({ legs, filled }: BookedOrder, executions: Books['executions']): boolean {
  return legs.every(({ key, ratio }) => {
    const own = executions.filter((one) => one.key === key);
    return sum(own.map(({ quantity }) => dec(quantity))).equals(dec(filled).times(ratio));
  });
}

const LOCAL_OPTION = /^(\S+) *(\d{2})(\d{2})(\d{2})([CP])(\d{8})$/;

/** What the books call a contract of the simulator. */
function keyOf({ symbol, secType, localSymbol }: { symbol: string; secType: string; localSymbol: string }): string {
  if (secType === 'STK') return symbol;
  const [, share, year, month, day, right, thousandths] = LOCAL_OPTION.exec(localSymbol) ?? [];
  return `${share} 20${year}-${month}-${day} ${right} ${dec(thousandths ?? 0)
    .div(1000)
    .toFixed()}`;
}

function positionDifferences({ simulator, positions }: Books): string[] {
  const differences = new Map<string, ReturnType<typeof dec>>();
  const add = (account: string, key: string, quantity: ReturnType<typeof dec>) => {
    const name = `${account} ${key}`;
    differences.set(name, (differences.get(name) ?? ZERO).plus(quantity));
  };
  for (const one of simulator.positions) add(one.account, keyOf(one), dec(one.quantity));
  for (const one of positions) add(one.account, one.key, dec(one.quantity).negated());
  return [...differences]
    .filter(([, difference]) => !difference.isZero())
    .map(([name, difference]) => `${name}: the broker has ${difference.toFixed()} more`);
}

/** The opening cash stands aside: both sides began with it. */
function cashDifferences({ simulator, cash }: Books): string[] {
  const booked = new Map(cash.map(({ account, change }) => [account, change]));
  return Object.entries(simulator.cash).flatMap(([account, now]) => {
    const change = dec(now).minus(OPENING_CASH_USD);
    const ours = dec(booked.get(account) ?? '0');
    return change.equals(ours)
      ? []
      : [`${account}: ${change.toFixed()} at the broker, ${ours.toFixed()} in the ledger`];
  });
}

/** The simulator's opening cash of every account, and our opening deposit. */
export const OPENING_CASH_USD = '1000000';

/** The newest state in the journal is the order's, what was submitted was journaled first, and everything was told. */
function journalDifferences({ orders, events }: Books): string[] {
  const byRef = Map.groupBy(events, ({ ref }) => ref);
  return orders.flatMap(({ ref, state, submissions }) => {
    const life = byRef.get(ref) ?? [];
    const newest = life.findLast((event) => event.state !== null)?.state;
    const sent = life.filter(({ kind }) => kind === 'submission').length;
    const untold = life.filter(({ isTold }) => !isTold).length;
    return [
      ...(newest === state ? [] : [`${ref}: ${state}, and the journal ends with ${newest}`]),
      ...(sent === submissions ? [] : [`${ref}: ${submissions} submissions, and ${sent} in the journal`]),
      ...(untold === 0 ? [] : [`${ref}: ${untold} events were never told`]),
    ];
  });
}

/** A ticket has ended, or waits with an order of unknown state; and it says of each order what PostgreSQL says. */
function historyDifferences({ histories, orders }: Books): string[] {
  const booked = Map.groupBy(orders, ({ ticketId }) => ticketId);
  return histories.flatMap(({ ticketId, status, orders: told, waitsFor }) => {
    const ours = booked.get(ticketId) ?? [];
    const waits = ours.some(({ state }) => state === OrderState.unknown);
    if (status !== (waits ? 'RUNNING' : 'COMPLETED')) return [`ticket ${ticketId}: ${status} ${waitsFor}`];
    const states = new Map(told.map((one) => [one.orderRef, one]));
    return ours
      .filter(({ ref, state, filled }) => {
        const theirs = states.get(ref);
        return theirs?.state !== state || !dec(theirs.filledQuantity).equals(filled);
      })
      .map(({ ref, state }) => `${ref}: ${state} in the books, ${states.get(ref)?.state} in the history`);
  });
}
