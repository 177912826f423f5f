import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dec, sum } from '../../src/domain/money/decimal.ts';
import type { ComboLeg, Option } from '../../src/domain/orders/instrument.ts';
import type { OrderSpec } from '../../src/domain/orders/order.ts';
import type { RiskLimits } from '../../src/domain/orders/risk-limits.ts';
import type {
  Combo,
  ComboOrderSpec,
  LeggedComboTicket,
  NativeComboTicket,
  PriceWalk,
  TicketSpec,
} from '../../src/domain/orders/ticket.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';
import {
  type IbkrHarness,
  type OrderHarness,
  startIbkrHarness,
  startOrderHarness,
} from '../factories/order-harness.ts';
import { waitFor } from '../factories/wait-for.ts';

/** KO stands at 50.86 on the replayed day. */
const option = (right: Option['right'], strike: string, expiration = '2021-01-15'): Option => ({
  ...{ kind: 'option', symbol: 'KO', expiration, strike, right, multiplier: '100' },
});
const leg = (side: ComboLeg['side'], instrument: Option, ratio = 1): ComboLeg => ({ side, instrument, ratio });
const combo = (...legs: ComboLeg[]): Combo => ({ kind: 'combo', symbol: 'KO', legs });
const DEBIT = combo(leg('BUY', option('CALL', '51')), leg('SELL', option('CALL', '52.5')));
const CREDIT = combo(leg('BUY', option('PUT', '47.5')), leg('SELL', option('PUT', '50')));

/** A hundred shares of PEP, which stands at 138.43, for each call that is sold. */
const COVERED: Combo = {
  kind: 'combo',
  symbol: 'PEP',
  legs: [
    { side: 'BUY', instrument: { kind: 'stock', symbol: 'PEP' }, ratio: 100 },
    leg('SELL', { ...option('CALL', '145'), symbol: 'PEP' }),
  ],
};

const WALK: PriceWalk = { start: 'mid', step: '0.05', everySeconds: 1, limit: 'natural', atLimit: 'cancel' };

function orderOf(tradable: Combo, terms: Partial<OrderSpec> = {}): ComboOrderSpec {
  return { side: 'BUY', quantity: '2', type: 'MARKET', timeInForce: 'DAY', ...terms, tradable };
}

function native(tradable: Combo, terms: Partial<OrderSpec> = {}, pricing?: PriceWalk): NativeComboTicket {
  return { kind: 'combo', execution: 'native', order: orderOf(tradable, terms), ...(pricing ? { pricing } : {}) };
}

function legged(tradable: Combo, terms: Partial<OrderSpec> = {}): LeggedComboTicket {
  return { kind: 'combo', execution: 'legs', order: orderOf(tradable, terms) };
}

async function startIn(harness: OrderHarness, accountId: string, ticket: TicketSpec) {
  const ticketId = randomUUID();
  const handle = await harness.folios.startTicket({ ticketId, accountId, ticket });
  return { accountId, ticketId, handle, ref: (n: number) => `${ticketId}/${n}` };
}

/** The executions of a ticket with their commissions, once so many are booked. */
function executionsOf(harness: OrderHarness, ticketId: string, count: number) {
  return waitFor(`${count} executions are booked with their commissions`, async () => {
    const executions = await harness.services.portfolio.listExecutions({ ticketId });
    const isPaid = executions.every(({ commissionUsd }) => !dec(commissionUsd).isZero());
    return executions.length >= count && isPaid ? executions : null;
  });
}

const signed = (executions: readonly { ticker: string; side: string; quantity: string }[]) =>
  Object.fromEntries(
    executions.map(({ ticker, side, quantity }) => [ticker, side === 'BUY' ? quantity : `-${quantity}`]),
  );

describe('at the paper broker', () => {
  let harness: OrderHarness;
  beforeAll(async () => {
    harness = await startOrderHarness();
  }, 90_000);
  afterAll(() => harness?.close());

  async function start(ticket: TicketSpec, limits: Partial<RiskLimits> = {}) {
    const account = await harness.openAccount(undefined, limits);
    return { account, ...(await startIn(harness, account.accountId, ticket)) };
  }

  async function quoteOf(account: TradingAccount, tradable: Combo) {
    const quote = await harness.services.quotes.quote(account, tradable);
    if (quote === null) throw new Error('no quote');
    return quote;
  }

  const cashOf = async (accountId: string) =>
    dec((await harness.services.portfolio.balances(accountId)).get('cash') ?? '0');

  /** What a ticket has left of the opening cash: the net price times the multiplier, and the commissions. */
  async function expectCash(accountId: string, ticketId: string, netPrice: string, quantity: number): Promise<void> {
    const executions = await harness.services.portfolio.listExecutions({ ticketId });
    const paid = sum(executions.map(({ commissionUsd }) => dec(commissionUsd)));
    const cash = dec('100000').minus(dec(netPrice).times(100).times(quantity)).minus(paid);
    expect((await cashOf(accountId)).toFixed(2)).toBe(cash.toFixed(2));
    expect(await harness.services.portfolio.listUnbalanced()).toEqual([]);
  }

  test('a native spread fills whole: each leg is booked once, and the cash is what the net price says', async () => {
    const { account, accountId, ticketId, handle, ref } = await start(native(DEBIT));
    const { ask } = await quoteOf(account, DEBIT);
    const settled = await handle.result();
    expect(settled.orders).toMatchObject([{ orderRef: ref(1), state: 'FILLED', filledQuantity: '2' }]);
    expect(dec(settled.orders[0]?.averageFillPrice ?? '0').toFixed()).toBe(dec(ask).toFixed());
    const executions = await executionsOf(harness, ticketId, 2);
    expect(signed(executions)).toEqual({ 'KO 2021-01-15 C 51': '2', 'KO 2021-01-15 C 52.5': '-2' });
    expect(executions).toHaveLength(2);
    await expectCash(accountId, ticketId, ask, 2);
    // The short leg was asked for its margin before anything was sent.
    const life = await harness.services.journal.timeline(ref(1));
    expect(life.map(({ kind }) => kind).slice(0, 4)).toEqual(['intent', 'gate', 'note', 'submission']);
    expect(life[2]?.data).toMatchObject({ limit: 'buying_power_usd', passed: true });
    const { positions } = await harness.services.journal.exposure(accountId, new Date());
    expect(new Set(positions.map(({ tradeId }) => tradeId))).toEqual(new Set([ticketId]));
  });

  test('leg by leg, the bought leg goes first, and each leg is an order of its own', async () => {
    const { account, accountId, ticketId, handle } = await start(legged(CREDIT));
    const { ask } = await quoteOf(account, CREDIT);
    expect((await handle.result()).orders.map(({ state }) => state)).toEqual(['FILLED', 'FILLED']);
    const executions = await executionsOf(harness, ticketId, 2);
    expect(signed(executions)).toEqual({ 'KO 2021-01-15 P 47.5': '2', 'KO 2021-01-15 P 50': '-2' });
    await expectCash(accountId, ticketId, ask, 2);
    const ticket = await harness.services.journal.findTicket(ticketId);
    expect(ticket?.orders.map(({ planned }) => planned.side)).toEqual(['BUY', 'SELL']);
  });

  test.each([
    ['a debit', DEBIT, 1],
    ['a credit, whose net price is negative', CREDIT, -1],
  ] as const)(
    'the net price of %s walks from the middle until it fills',
    async (_what, tradable, sign) => {
      const { account, accountId, ticketId, handle, ref } = await start(native(tradable, { type: 'LIMIT' }, WALK));
      const { bid, ask } = await quoteOf(account, tradable);
      const [order] = (await handle.result()).orders;
      expect(order).toMatchObject({ state: 'FILLED', filledQuantity: '2' });
      expect(dec(order?.averageFillPrice ?? '0').toFixed()).toBe(dec(ask).toFixed());
      expect(Math.sign(Number(order?.averageFillPrice))).toBe(sign);
      const first = (await harness.services.journal.timeline(ref(1)))[0]?.data as { limitPrice?: string };
      const middle = dec(bid).plus(ask).dividedBy(2).toDecimalPlaces(2, 3);
      expect(dec(first.limitPrice ?? '0').toFixed()).toBe(middle.toFixed());
      await executionsOf(harness, ticketId, 2);
      await expectCash(accountId, ticketId, ask, 2);
    },
    30_000,
  );

  test('one that stands beyond the market is cancelled, and nothing was traded', async () => {
    const { bid } = await quoteOf(await harness.openAccount(), DEBIT);
    const limitPrice = dec(bid).minus('0.01').toFixed();
    const { accountId, ticketId, handle } = await start(
      native(DEBIT, { type: 'LIMIT', limitPrice, timeInForce: 'GTC' }),
    );
    await waitFor('the broker has it', async () => {
      const [order] = (await harness.folios.ticketView(ticketId)).orders;
      return order?.state === 'ACCEPTED';
    });
    await harness.folios.cancelOrders(ticketId, { orderRefs: null, reason: 'enough', by: 'ada' });
    expect((await handle.result()).orders).toMatchObject([{ state: 'CANCELLED', filledQuantity: '0' }]);
    expect(await harness.services.portfolio.listPositions(accountId)).toEqual([]);
    expect((await cashOf(accountId)).toFixed()).toBe('100000');
  });

  test('a net price, also a negative one, is changed in place, and passes the gate again', async () => {
    const { bid, ask } = await quoteOf(await harness.openAccount(), CREDIT);
    const limitPrice = dec(bid).minus('0.01').toFixed();
    const { ticketId, handle, ref } = await start(native(CREDIT, { type: 'LIMIT', limitPrice, timeInForce: 'GTC' }));
    await waitFor('the broker has it', async () => {
      const [order] = (await harness.folios.ticketView(ticketId)).orders;
      return order?.state === 'ACCEPTED';
    });
    const change = (price: string) =>
      harness.folios.modifyOrder(ticketId, { orderRef: ref(1), limitPrice: price, by: 'ada' });
    await expect(change('1.20')).rejects.toMatchObject({
      cause: { type: 'ORDER_DENIED', message: expect.stringContaining('from the last quote at most') },
    });
    await change(ask);
    expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED', filledQuantity: '2' }]);
  });

  test('a hundred shares beside an option: the net price is per share', async () => {
    const { account, accountId, ticketId, handle } = await start(native(COVERED, { quantity: '1' }));
    const { ask } = await quoteOf(account, COVERED);
    const [order] = (await handle.result()).orders;
    expect(dec(order?.averageFillPrice ?? '0').toFixed()).toBe(dec(ask).toFixed());
    expect(signed(await executionsOf(harness, ticketId, 2))).toEqual({ PEP: '100', 'PEP 2021-01-15 C 145': '-1' });
    await expectCash(accountId, ticketId, ask, 1);
  });

  test('leg by leg, a denied leg denies all: no leg reaches the broker', async () => {
    const tradable = combo(leg('BUY', option('CALL', '60')), leg('SELL', option('PUT', '55')));
    const { accountId, ticketId, handle, ref } = await start(legged(tradable, { quantity: '800' }));
    const [bought, sold] = (await handle.result()).orders;
    expect(sold?.state).toBe('DENIED');
    expect(sold?.stateReason).toContain('buying power is ');
    expect(bought).toMatchObject({ state: 'DENIED', stateReason: `${ref(2)} was denied: ${sold?.stateReason}` });
    expect(await harness.services.portfolio.listExecutions({ ticketId })).toEqual([]);
    expect(await harness.services.portfolio.listPositions(accountId)).toEqual([]);
  });

  test('leg by leg, the margin of all legs is asked before the first is sent', async () => {
    // What the two are worth is little; what the sold ones tie up is more than the account has.
    const tradable = combo(leg('BUY', option('PUT', '45')), leg('SELL', option('PUT', '47.5')));
    const { accountId, handle, ref } = await start(legged(tradable, { quantity: '100' }));
    const [bought, sold] = (await handle.result()).orders;
    expect(bought?.state).toBe('DENIED');
    expect(bought?.stateReason).toMatch(
      /^initial margin: buying power is 100,000\.00 USD, and the order needs 1\d\d,\d{3}/,
    );
    expect(sold).toMatchObject({
      state: 'DENIED',
      stateReason: expect.stringContaining(`its leg ${ref(1)} is DENIED`),
    });
    expect(await harness.services.portfolio.listPositions(accountId)).toEqual([]);
  });

  test.each<[string, string, TicketSpec, string]>([
    [
      'an expired leg',
      'ORDER_INVALID',
      native(combo(leg('BUY', option('CALL', '55', '2020-12-18')), leg('SELL', option('CALL', '60')))),
      'ticket.order.tradable.legs[0].instrument.expiration: expired on 2020-12-18',
    ],
    [
      'a leg ratio of 0',
      'ORDER_INVALID',
      native(combo(leg('BUY', option('CALL', '55'), 0), leg('SELL', option('CALL', '60')))),
      'ticket.order.tradable.legs[0].ratio: must be a whole number of at least 1, not 0',
    ],
    [
      '10,000 legs',
      'INPUT_INVALID',
      native(combo(...Array.from({ length: 10_000 }, (_, n) => leg('BUY', option('CALL', String(n + 1)))))),
      'legs',
    ],
  ])('%s fails the workflow with %s, and the ledger is as it was', async (_what, type, ticket, message) => {
    const { accountId, ticketId, handle } = await start(ticket);
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type, message: expect.stringContaining(message) },
    });
    expect(await harness.services.journal.findTicket(ticketId)).toBeNull();
    expect((await cashOf(accountId)).toFixed()).toBe('100000');
  });

  test.each([
    ['strike', option('CALL', '55.3')],
    ['expiration', option('CALL', '55', '2021-01-14')],
  ])('a contract that does not exist, by its %s, is denied for want of a quote', async (_what, instrument) => {
    const { accountId, handle } = await start(native(combo(leg('BUY', instrument), leg('SELL', option('CALL', '60')))));
    const [order] = (await handle.result()).orders;
    expect(order).toMatchObject({ state: 'DENIED', stateReason: expect.stringContaining('there is no quote') });
    expect((await cashOf(accountId)).toFixed()).toBe('100000');
  });

  test('the delta of the portfolio is limited: what is held, what works and what is wanted count together', async () => {
    const limits = { maxPortfolioDeltaUsd: '10000' };
    const calls = (quantity: string): TicketSpec => ({
      kind: 'single',
      order: { tradable: option('CALL', '51'), side: 'BUY', quantity, type: 'MARKET', timeInForce: 'DAY' },
    });
    const { account, accountId, handle } = await start(calls('3'), limits);
    const delta = dec((await harness.services.quotes.deltaUsd(account, option('CALL', '51'))) ?? '0');
    expect(delta.toNumber()).toBeCloseTo(100 * 50.86 * 0.495, -1);
    expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED' }]);
    const tooMuch = await startIn(harness, accountId, calls('1'));
    const attempted = delta.times(4);
    expect((await tooMuch.handle.result()).orders).toMatchObject([
      {
        state: 'DENIED',
        stateReason: `portfolio delta is limited to 10,000.00 USD, and it would be ${usd(attempted.toFixed(2))} USD`,
      },
    ]);
    const hedge = native(combo(leg('BUY', option('PUT', '51')), leg('SELL', option('PUT', '47.5'))));
    expect((await (await startIn(harness, accountId, hedge)).handle.result()).orders).toMatchObject([
      { state: 'FILLED' },
    ]);
    expect((await (await startIn(harness, accountId, calls('1'))).handle.result()).orders).toMatchObject([
      { state: 'FILLED' },
    ]);
  }, 30_000);
});

describe('at Interactive Brokers', () => {
  let harness: IbkrHarness;
  beforeAll(async () => {
    harness = await startIbkrHarness();
  }, 90_000);
  afterAll(() => harness?.close());

  const atBroker = async (ticketId: string) =>
    (await harness.tws.ledger()).orders.filter(({ orderRef }) => orderRef.startsWith(ticketId));

  test('a native spread is one order of the broker; its legs are booked once, and both books have the same cash', async () => {
    const { ticketId, handle } = await startIn(harness, harness.accountId, native(CREDIT, { type: 'LIMIT' }, WALK));
    const [order] = (await handle.result()).orders;
    expect(order).toMatchObject({ state: 'FILLED', filledQuantity: '2' });
    expect(Number(order?.averageFillPrice)).toBeLessThan(0);
    const orders = await atBroker(ticketId);
    expect(orders.map(({ contract }) => contract.secType)).toEqual(['BAG']);
    const executions = await executionsOf(harness, ticketId, 2);
    expect(signed(executions)).toEqual({ 'KO 2021-01-15 P 47.5': '2', 'KO 2021-01-15 P 50': '-2' });
    const { cash } = await harness.tws.ledger();
    await waitFor('both books have the same cash', async () => {
      const ours = (await harness.services.portfolio.balances(harness.accountId)).get('cash') ?? '0';
      return dec(ours).equals(cash.DU1000001 ?? '0');
    });
    expect(await harness.services.portfolio.listUnbalanced()).toEqual([]);
  }, 40_000);

  test('leg by leg, each leg is an order of the broker', async () => {
    const { ticketId, handle } = await startIn(harness, harness.accountId, legged(DEBIT, { quantity: '3' }));
    expect((await handle.result()).orders.map(({ state }) => state)).toEqual(['FILLED', 'FILLED']);
    expect((await atBroker(ticketId)).map(({ contract }) => contract.secType)).toEqual(['OPT', 'OPT']);
    expect(signed(await executionsOf(harness, ticketId, 2))).toEqual({
      ...{ 'KO 2021-01-15 C 51': '3', 'KO 2021-01-15 C 52.5': '-3' },
    });
  }, 40_000);

  test('a hundred shares beside an option: the broker has the same net price as we', async () => {
    const { ticketId, handle } = await startIn(harness, harness.accountId, native(COVERED, { quantity: '1' }));
    const [order] = (await handle.result()).orders;
    expect(order).toMatchObject({ state: 'FILLED' });
    const [atTheirs] = await atBroker(ticketId);
    expect(Number(order?.averageFillPrice)).toBeGreaterThan(130);
    expect(dec(atTheirs?.averagePrice ?? '0').toFixed()).toBe(dec(order?.averageFillPrice ?? '0').toFixed());
    await executionsOf(harness, ticketId, 2);
  }, 40_000);

  test('puts that tie up more margin than the account can buy are denied, and nothing is sent', async () => {
    const { ticketId, handle, ref } = await startIn(harness, harness.accountId, {
      kind: 'single',
      order: {
        ...{
          tradable: { ...option('PUT', '125'), symbol: 'PEP' },
          side: 'SELL',
          quantity: '400',
          type: 'MARKET',
          timeInForce: 'DAY',
        },
      },
    });
    const [order] = (await handle.result()).orders;
    expect(order?.state).toBe('DENIED');
    expect(order?.stateReason).toMatch(
      /^initial margin: buying power is [\d,]+\.\d\d USD, and the order needs 1,\d{3},\d{3}\.\d\d USD$/,
    );
    const asked = (await harness.services.journal.timeline(ref(1))).find(({ kind }) => kind === 'note');
    expect(asked?.data).toMatchObject({ limit: 'buying_power_usd', passed: false });
    expect(await atBroker(ticketId)).toEqual([]);
  }, 40_000);

  test('a contract that the broker does not know is denied, and nothing is sent', async () => {
    const unknown = native(combo(leg('BUY', option('CALL', '55.3')), leg('SELL', option('CALL', '60'))));
    const { ticketId, handle } = await startIn(harness, harness.accountId, unknown);
    const [order] = (await handle.result()).orders;
    expect(order).toMatchObject({ state: 'DENIED', stateReason: expect.stringContaining('there is no quote') });
    expect(await atBroker(ticketId)).toEqual([]);
  }, 40_000);

  test('an account with a limit of its delta asks the broker for it', async () => {
    const delta = await harness.services.quotes.deltaUsd(
      { broker: 'ibkr', priceSource: 'replay' },
      option('CALL', '51'),
    );
    expect(Number(delta)).toBeCloseTo(100 * 50.86 * 0.495, -1);
  }, 40_000);
});

function usd(amount: string): string {
  return amount.replace(/\B(?=(\d{3})+\.)/g, ',');
}
