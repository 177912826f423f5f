import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Kysely } from 'kysely';
import { listUnbalanced, listWrongBalances, readBalances } from '../../../db/repositories/ledger.ts';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import { createTradingAccounts } from '../../../db/repositories/trading-accounts.ts';
import type { DB } from '../../../db/schema.gen.ts';
import { dec, sum } from '../../../src/domain/money/decimal.ts';
import type { Option, Stock } from '../../../src/domain/orders/instrument.ts';
import type { OrderSpec } from '../../../src/domain/orders/order.ts';
import type { OrderEvent, OrderSide } from '../../../src/domain/orders/order-state.ts';
import { planTicket } from '../../../src/domain/orders/plan-ticket.ts';
import type { TicketSpec } from '../../../src/domain/orders/ticket.ts';
import type {
  BrokerReport,
  CommissionReport,
  ExecutionReport,
  OrderStatusReport,
} from '../../../src/ports/broker-session.ts';
import type {
  NewTicket,
  NewTicketOrder,
  OrderJournal,
  RecordedReport,
  TicketOrder,
} from '../../../src/ports/order-journal.ts';
import type { NewTradingAccount, TradingAccount } from '../../../src/ports/trading-accounts.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { MARKET_DATE, NOON } from './fixtures.ts';

export const KO: Stock = { kind: 'stock', symbol: 'KO' };
const EXPIRATION = '2026-06-19';
export const optionOn = (strike: string, right: Option['right'] = 'CALL'): Option => ({
  ...{ kind: 'option', symbol: 'KO', expiration: EXPIRATION, strike, right, multiplier: '100' },
});
/** Buys the 60 call and sells two 65 calls. */
export const RATIO_SPREAD = {
  kind: 'combo',
  symbol: 'KO',
  legs: [
    { instrument: optionOn('60'), side: 'BUY', ratio: 1 },
    { instrument: optionOn('65'), side: 'SELL', ratio: 2 },
  ],
} as const;

export function openPaperAccount(db: Kysely<DB>, changes: Partial<NewTradingAccount> = {}): Promise<TradingAccount> {
  const account = { name: `paper-${randomUUID()}x`, broker: 'paper', priceSource: 'replay' } as const;
  return createTradingAccounts(db).open(
    { ...account, initialBalanceUsd: '100000', openedOn: MARKET_DATE, ...changes },
    NOON,
  );
}

export function orderSpec(changes: Partial<OrderSpec> = {}): OrderSpec {
  const order = { tradable: KO, side: 'BUY', quantity: '10', type: 'LIMIT', timeInForce: 'DAY' } as const;
  return { ...order, limitPrice: '60', ...changes };
}

export const singleOf = (changes: Partial<OrderSpec> = {}): TicketSpec => ({
  kind: 'single',
  order: orderSpec(changes),
});

/** A ticket whose orders the gate allows, each with 600 dollars reserved. */
export function newTicket(accountId: string, spec: TicketSpec, changes: Partial<NewTicketOrder> = {}): NewTicket {
  const ticketId = randomUUID();
  const assessment = { allowed: true, reduces: false, checks: [] };
  const orders = planTicket(ticketId, spec).map((planned) => ({
    ...{ planned, assessment, denial: null, quote: '60', reservedUsd: '600' },
    ...changes,
  }));
  return { ticketId, accountId, spec, tradeId: null, marketDate: MARKET_DATE, orders, at: NOON };
}

/** A journaled ticket of one order that was given to the broker; its reference. */
export async function submittedOrder(
  journal: OrderJournal,
  accountId: string,
  changes: Partial<OrderSpec> = {},
): Promise<string> {
  const ticket = newTicket(accountId, singleOf(changes));
  await journal.journalTicket(ticket);
  const orderRef = `${ticket.ticketId}/1`;
  expect(await journal.beginSubmission([orderRef], 1, NOON)).toBe(true);
  return orderRef;
}

/** A journaled ticket of one order that waits to be given to the broker; its reference. */
export async function pendingOrder(journal: OrderJournal, accountId: string): Promise<string> {
  const ticket = newTicket(accountId, singleOf());
  await journal.journalTicket(ticket);
  return `${ticket.ticketId}/1`;
}

/** The only order of a ticket as it stands, by its reference. */
export async function orderAt(journal: OrderJournal, orderRef: string): Promise<TicketOrder | undefined> {
  return (await journal.findTicket(orderRef.slice(0, orderRef.lastIndexOf('/'))))?.orders[0];
}

export function statusOf(orderRef: string, event: OrderEvent, changes: Partial<OrderStatusReport> = {}) {
  return {
    ...{ kind: 'status', key: `status/${orderRef}/${event}`, orderRef, brokerOrderId: '4711', at: NOON, event },
    ...{ brokerStatus: event, reason: null, filledQuantity: '0', remainingQuantity: '0' },
    ...changes,
  } satisfies OrderStatusReport as OrderStatusReport;
}

export function executionOf(orderRef: string, changes: Partial<ExecutionReport> = {}): ExecutionReport {
  const execId = changes.execId ?? randomUUID();
  return {
    ...{ kind: 'execution', key: `execution/${execId}`, orderRef, brokerOrderId: '4711', at: NOON, execId },
    ...{ correctsExecId: null, instrument: KO, side: 'BUY', quantity: '10', price: '60' },
    ...changes,
  };
}

export function commissionOf(execId: string, commissionUsd = '1', key = `commission/${execId}`): CommissionReport {
  return { kind: 'commission', key, execId, commissionUsd, at: NOON };
}

/** Journals one report. */
export async function recordIn(
  journal: OrderJournal,
  accountId: string,
  report: BrokerReport,
  at: Date,
): Promise<RecordedReport> {
  const [recorded] = await journal.record(accountId, [report], at);
  if (recorded === undefined) throw new Error('a report has one answer');
  return recorded;
}

/** Journals an order of its own for a trade, and fills it whole in one execution. */
export async function trade(
  journal: OrderJournal,
  accountId: string,
  [side, quantity, price]: readonly [OrderSide, string, string],
  instrument: Stock | Option = KO,
): Promise<ExecutionReport> {
  const orderRef = await submittedOrder(journal, accountId, { tradable: instrument, side, quantity, limitPrice: '1' });
  const execution = executionOf(orderRef, { instrument, side, quantity, price });
  expect(await recordIn(journal, accountId, execution, NOON)).toMatchObject({ outcome: 'applied' });
  return execution;
}

const plain = (amount: string) => dec(amount).toFixed();

/** All that reports may change of an account, to prove that nothing did; events excluded, they are kept. */
export async function booksOf(db: Kysely<DB>, accountId: string) {
  const [orders, lots, positions, entries] = await Promise.all([
    db
      .selectFrom('orders')
      .select(['order_ref', 'state', 'state_reason', 'filled_quantity', 'average_fill_price'])
      .where('account_id', '=', accountId)
      .orderBy('order_ref')
      .execute(),
    db.selectFrom('tax_lots').selectAll().where('account_id', '=', accountId).orderBy('opening').execute(),
    db.selectFrom('positions').selectAll().where('account_id', '=', accountId).orderBy('ticker').execute(),
    db
      .selectFrom('ledger_transactions as t')
      .innerJoin('ledger_entries as e', 'e.transaction_id', 't.id')
      .select(['t.id', 't.market_date', 'e.ledger_account', 'e.amount_usd'])
      .where('t.account_id', '=', accountId)
      .orderBy('t.id')
      .orderBy('e.position')
      .execute(),
  ]);
  const executions = await db
    .selectFrom('executions as x')
    .innerJoin('orders as o', 'o.id', 'x.order_id')
    .select(['x.exec_id', 'x.ticker', 'x.side', 'x.quantity', 'x.price', 'x.multiplier', 'x.commission_usd'])
    .where('o.account_id', '=', accountId)
    .orderBy('x.exec_id')
    .execute();
  return { orders, executions, lots, positions, entries };
}

/**
 * Proves that the books agree: every transaction balances, and for every instrument the position is the sum of its
 * executions and of its lots, its cost theirs and the ledger's, and its mark the ledger's revaluation; cash is what the
 * executions left of the deposit.
 */
export async function expectAgreement(db: Kysely<DB>, accountId: string, depositUsd = '100000'): Promise<void> {
  expect(await listUnbalanced(db)).toEqual([]);
  expect(await listWrongBalances(db)).toEqual([]);
  const { executions, lots, positions } = await booksOf(db, accountId);
  const balances = await readBalances(db, accountId);
  const carried = [...balances.keys()].flatMap((name) => /^(?:position|revaluation):(.+)$/.exec(name)?.[1] ?? []);
  const tickers = new Set([...executions, ...lots, ...positions].map(({ ticker }) => ticker).concat(carried));
  for (const ticker of tickers) {
    const of = <T extends { ticker: string }>(rows: readonly T[]) => rows.filter((row) => row.ticker === ticker);
    const position = of(positions)[0] ?? { quantity: '0', cost_usd: '0', multiplier: '1', market_price: '0' };
    const traded = of(executions).map(({ side, quantity }) => dec(side === 'BUY' ? quantity : `-${quantity}`));
    const value = dec(position.quantity).times(position.multiplier).times(position.market_price);
    expect({
      ticker,
      executed: sum(traded).toFixed(),
      lots: sum(of(lots).map((lot) => dec(lot.quantity))).toFixed(),
      costOfLots: sum(of(lots).map((lot) => dec(lot.cost_usd))).toFixed(),
      ledger: plain(balances.get(`position:${ticker}`) ?? '0'),
      revaluation: plain(balances.get(`revaluation:${ticker}`) ?? '0'),
    }).toEqual({
      ticker,
      executed: plain(position.quantity),
      lots: plain(position.quantity),
      costOfLots: plain(position.cost_usd),
      ledger: plain(position.cost_usd),
      revaluation: value.minus(position.cost_usd).toFixed(),
    });
  }
  const flows = executions.map(({ side, quantity, price, multiplier, commission_usd }) => {
    const paid = dec(quantity).times(price).times(multiplier);
    return (side === 'BUY' ? paid.negated() : paid).minus(commission_usd);
  });
  expect(plain(balances.get('cash') ?? '0')).toBe(dec(depositUsd).plus(sum(flows)).toFixed());
}

/** A journal on a database of its own, and a paper account that is new for each test. */
export interface JournalBench {
  readonly database: TestDatabase;
  readonly journal: OrderJournal;
  readonly accountId: string;
}

/** Registers the hooks of a suite; hands it the bench before each of its tests. */
export function withJournal(hand: (bench: JournalBench) => void): void {
  let database: TestDatabase;
  let journal: OrderJournal;
  beforeAll(async () => {
    database = await createTestDatabase();
    journal = createOrderJournal(database.db);
  });
  beforeEach(async () => hand({ database, journal, accountId: (await openPaperAccount(database.db)).accountId }));
  afterAll(() => database.drop());
}
