import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Option } from '../../../src/domain/orders/instrument.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import { waitFor } from '../../factories/wait-for.ts';
import { ACCOUNT, type Stand, startStand, ticket } from './stand.ts';

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
});
afterEach(async () => {
  await stand.closeSessions();
  await stand.control('reset', {});
  expect(stand.undecoded).toEqual([]);
});
afterAll(() => stand.close());

const option = (right: 'CALL' | 'PUT', strike: string): Option => ({
  ...{ kind: 'option', symbol: 'KO', expiration: '2026-12-18', multiplier: '100', right, strike },
});
const ref = (orders: readonly PlannedOrder[], index = 0): string => orders[index]?.orderRef ?? '';

describe('each order type', () => {
  test('a market order fills, with execution and commission in the reports and the position in the statement', async () => {
    const { session, reports, events } = await stand.ready();
    const orders = ticket({ type: 'MARKET' });
    const answered = await session.place(ACCOUNT, orders);
    expect(answered.length).toBeGreaterThan(0);
    await waitFor('the commission', async () => reports.some(({ kind }) => kind === 'commission'));
    expect(events(ref(orders))).toEqual(expect.arrayContaining(['execution', 'fill']));
    const execution = reports.find(({ kind }) => kind === 'execution');
    expect(execution).toMatchObject({ price: '60.01', quantity: '10', side: 'BUY', correctsExecId: null });
    const statement = await session.statement(ACCOUNT);
    expect(statement.positions).toEqual([
      expect.objectContaining({ instrument: { kind: 'stock', symbol: 'KO' }, quantity: '10' }),
    ]);
    expect(statement.openOrders).toEqual([]);
    expect(statement.completedOrders).toEqual([
      expect.objectContaining({ orderRef: ref(orders), brokerStatus: 'Filled', filledQuantity: '10', isOpen: false }),
    ]);
    expect(statement.reports.map(({ kind }) => kind).sort()).toEqual(['commission', 'execution']);
    expect(Number(statement.cashUsd)).toBeLessThan(1_000_000 - 600);
  });

  test('profit and loss of the account is the gateway’s own, and silence about it is no failure', async () => {
    const { session, reports } = await stand.ready();
    await session.place(ACCOUNT, ticket({ type: 'MARKET' }));
    await waitFor('the commission', async () => reports.some(({ kind }) => kind === 'commission'));
    await stand.control('price', { symbol: 'KO', bid: '61', ask: '61.02', last: '61.01' });
    expect(await session.profit(ACCOUNT)).toMatchObject({ dailyUsd: expect.any(String), realizedUsd: '0' });
    expect(Number((await session.profit(ACCOUNT))?.unrealizedUsd)).toBeGreaterThan(8);
    await stand.control('faults', { fault: 'half_open', on: 'profits' });
    expect(await session.profit(ACCOUNT)).toBeNull();
  });

  test.each<[string, Partial<PlannedOrder>]>([
    ['LMT', { type: 'LIMIT', limitPrice: '50' }],
    ['STP', { type: 'STOP', stopPrice: '70' }],
    ['STP LMT', { type: 'STOP_LIMIT', stopPrice: '70', limitPrice: '71' }],
    ['TRAIL', { type: 'TRAILING_STOP', trailAmount: '2', timeInForce: 'GTC' }],
    ['TRAIL', { type: 'TRAILING_STOP', trailPercent: '5' }],
  ])('%s works, and is cancelled on request', async (orderType, change) => {
    const { session, events } = await stand.ready();
    const orders = ticket(change);
    await session.place(ACCOUNT, orders);
    const [sent] = (await stand.ledger()).orders;
    expect(sent).toMatchObject({ orderRef: ref(orders), account: ACCOUNT, fields: { orderType, transmit: '1' } });
    expect((await session.statement(ACCOUNT)).openOrders).toMatchObject([{ orderRef: ref(orders), isOpen: true }]);
    await session.cancel(ACCOUNT, ref(orders));
    await waitFor('the cancel', async () => events(ref(orders)).includes('cancel'));
    expect(events(ref(orders))[0]).toBe('accept');
    expect((await session.statement(ACCOUNT)).openOrders).toEqual([]);
  });

  test('a fill in parts is told part by part', async () => {
    const { session, reports, events } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '55' });
    await session.place(ACCOUNT, orders);
    await stand.control('fills', { quantity: 4 });
    await stand.control('price', { symbol: 'KO', bid: '54.98', ask: '54.99' });
    await waitFor('the first part', async () => events(ref(orders)).includes('partial_fill'));
    expect((await session.statement(ACCOUNT)).openOrders).toMatchObject([{ quantity: '10', filledQuantity: '4' }]);
    await stand.control('price', { symbol: 'KO', bid: '54.88', ask: '54.89' });
    await waitFor('the rest', async () => events(ref(orders)).includes('fill'));
    const executions = new Map(
      reports.flatMap((report) => (report.kind === 'execution' ? [[report.execId, report]] : [])),
    );
    expect([...executions.values()].map(({ quantity, price }) => [quantity, price])).toEqual([
      ['4', '54.99'],
      ['6', '54.89'],
    ]);
  });

  test('a price off the grid is sent on it, never worse than asked', async () => {
    const { session } = await stand.ready();
    await session.place(ACCOUNT, ticket({ type: 'LIMIT', limitPrice: String(49.1 + 0.2) }));
    expect((await stand.ledger()).orders[0]?.fields.lmtPrice).toBe('49.3');
  });
});

describe('orders that belong together', () => {
  test('a bracket works only as a whole: profit and stop follow the fill, one cancels the other', async () => {
    const { session, events } = await stand.ready();
    const orders = ticket(
      { role: 'entry', type: 'MARKET' },
      { role: 'take_profit', side: 'SELL', type: 'LIMIT', limitPrice: '62', parentRef: '0' },
      { role: 'stop_loss', side: 'SELL', type: 'STOP', stopPrice: '58', parentRef: '0' },
    );
    await session.place(ACCOUNT, orders);
    const placed = (await stand.ledger()).orders;
    expect(placed.map(({ fields }) => fields.transmit)).toEqual(['0', '0', '1']);
    expect(placed.map(({ parentOrderId }) => parentOrderId)).toEqual([0, placed[0]?.orderId, placed[0]?.orderId]);
    await stand.control('price', { symbol: 'KO', bid: '63', ask: '63.01' });
    await waitFor('the stop to be cancelled', async () => events(ref(orders, 2)).includes('cancel'));
    expect(events(ref(orders, 1))).toContain('fill');
    expect((await session.statement(ACCOUNT)).positions).toEqual([]);
  });

  test('of an OCA group one fills and the rest is cancelled', async () => {
    const { session, events } = await stand.ready();
    const orders = ticket(
      { type: 'LIMIT', limitPrice: '55', ocaGroup: 'oca-1' },
      { type: 'LIMIT', limitPrice: '50', ocaGroup: 'oca-1' },
    );
    await session.place(ACCOUNT, orders);
    await stand.control('price', { symbol: 'KO', bid: '54.98', ask: '54.99' });
    await waitFor('the group to end', async () => events(ref(orders, 1)).includes('cancel'));
    expect(events(ref(orders, 0))).toContain('fill');
  });

  test('a combination fills at one price, and its legs are the executions', async () => {
    const { session, reports } = await stand.ready();
    const legs = [
      { instrument: option('PUT', '60'), side: 'SELL', ratio: 1 },
      { instrument: option('PUT', '55'), side: 'BUY', ratio: 1 },
    ] as const;
    const orders = ticket({ tradable: { kind: 'combo', symbol: 'KO', legs }, quantity: '2', type: 'MARKET' });
    await session.place(ACCOUNT, orders);
    await waitFor('the commissions', async () => reports.filter(({ kind }) => kind === 'commission').length === 2);
    const executions = reports.flatMap((report) => (report.kind === 'execution' ? [report] : []));
    expect(executions.map(({ instrument, side, quantity }) => ({ instrument, side, quantity }))).toEqual([
      { instrument: option('PUT', '60'), side: 'SELL', quantity: '2' },
      { instrument: option('PUT', '55'), side: 'BUY', quantity: '2' },
    ]);
    const { positions } = await session.statement(ACCOUNT);
    expect(positions.map(({ quantity }) => quantity).sort()).toEqual(['-2', '2']);
    expect(positions.every(({ averageCost }) => Number(averageCost) < 10)).toBe(true);
  });
});

describe('changes', () => {
  test('a modify changes the same order in place', async () => {
    const { session } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    await session.place(ACCOUNT, orders);
    await session.modify(ACCOUNT, ref(orders), { limitPrice: '51.005', quantity: '20' });
    const placed = (await stand.ledger()).orders;
    expect(placed).toHaveLength(1);
    expect(placed[0]).toMatchObject({ quantity: '20', fields: { lmtPrice: '51' } });
  });

  test('an order of an earlier process can be modified and cancelled', async () => {
    const first = await stand.ready();
    const orders = ticket({ type: 'STOP', stopPrice: '70', timeInForce: 'GTC' });
    await first.session.place(ACCOUNT, orders);
    await first.session.close();
    const { session, events } = await stand.ready();
    await session.modify(ACCOUNT, ref(orders), { stopPrice: '71' });
    expect((await stand.ledger()).orders[0]).toMatchObject({ fields: { auxPrice: '71', tif: 'GTC' } });
    await session.cancel(ACCOUNT, ref(orders));
    await waitFor('the cancel', async () => events(ref(orders)).includes('cancel'));
  });

  test('what is over cannot be modified, and its cancel is no error', async () => {
    const { session } = await stand.ready();
    const orders = ticket({ type: 'MARKET' });
    await session.place(ACCOUNT, orders);
    await expect(session.modify(ACCOUNT, ref(orders), { quantity: '20' })).rejects.toMatchObject({
      ...{ code: 'BROKER_REJECTED', effect: 'none' },
    });
    await session.cancel(ACCOUNT, ref(orders));
    await session.cancel(ACCOUNT, 'never/placed');
  });

  test('a refused change leaves the order as it was, and is no rejection of it', async () => {
    const { session, events } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    await session.place(ACCOUNT, orders);
    await stand.control('faults', { fault: 'reject', as: 'error', code: 201 });
    await expect(session.modify(ACCOUNT, ref(orders), { limitPrice: '51' })).rejects.toMatchObject({
      ...{ code: 'BROKER_REJECTED', effect: 'none', brokerCode: 201 },
    });
    expect(events(ref(orders))).not.toContain('reject');
    expect((await session.statement(ACCOUNT)).openOrders).toHaveLength(1);
  });

  test('a what-if tells margin and commission and places nothing', async () => {
    const { session } = await stand.ready();
    const cost = await session.whatIf(ACCOUNT, ticket({ quantity: '100' }));
    expect(Number(cost.initialMarginUsd)).toBeGreaterThan(0);
    expect(Number(cost.maintenanceMarginUsd)).toBeGreaterThan(0);
    expect(Number(cost.commissionUsd)).toBeGreaterThan(0);
    expect((await stand.ledger()).orders).toEqual([]);
  });
});

describe('refusals', () => {
  test.each(['error', 'Inactive', 'Cancelled'])('one as %s is proof that nothing happened', async (as) => {
    const { session, reports, events } = await stand.ready();
    const orders = ticket({ type: 'LIMIT', limitPrice: '50' });
    await stand.control('faults', { fault: 'reject', as });
    await expect(session.place(ACCOUNT, orders)).rejects.toMatchObject({
      ...{ code: 'BROKER_REJECTED', effect: 'none', brokerCode: 201 },
    });
    await waitFor('the report', async () => events(ref(orders)).includes('reject'));
    expect(new Set(events(ref(orders)))).toEqual(new Set(['reject']));
    expect(new Set(reports.map(({ key }) => key)).size).toBe(1);
  });

  test('a bracket that loses its stop is taken back', async () => {
    const { session } = await stand.ready();
    const orders = ticket(
      { role: 'entry', type: 'LIMIT', limitPrice: '50' },
      { role: 'take_profit', side: 'SELL', type: 'LIMIT', limitPrice: '62', parentRef: '0' },
      { role: 'stop_loss', side: 'SELL', type: 'STOP', stopPrice: '48', parentRef: '0' },
    );
    await stand.control('faults', { fault: 'reject', as: 'error', match: ref(orders, 1) });
    await expect(session.place(ACCOUNT, orders)).rejects.toMatchObject({
      ...{ code: 'BROKER_REJECTED', effect: 'unknown' },
    });
    await waitFor('the rest to be cancelled', async () =>
      (await stand.ledger()).orders.every(({ status }) => status === 'Cancelled'),
    );
  });

  test.each<[string, Partial<PlannedOrder>]>([
    ['an unknown symbol', { tradable: { kind: 'stock', symbol: 'NOSUCH' } }],
    ['an expired option', { tradable: { ...option('CALL', '60'), expiration: '2026-01-16' } }],
    ['a fractional quantity', { quantity: '1.5' }],
  ])('%s is never sent', async (_case, change) => {
    const { session } = await stand.ready();
    await expect(session.place(ACCOUNT, ticket(change))).rejects.toMatchObject({
      ...{ code: 'ORDER_INVALID', effect: 'none' },
    });
    expect((await stand.ledger()).orders).toEqual([]);
  });

  test('an account that is not ours is never asked about', async () => {
    const { session } = await stand.ready();
    await expect(session.place('U999', ticket({}))).rejects.toMatchObject({ code: 'ORDER_INVALID', effect: 'none' });
    await expect(session.statement('U999')).rejects.toMatchObject({ code: 'ORDER_INVALID' });
  });
});

test('an order made by hand is in the statement without a reference, and its fill in the reports', async () => {
  const { session, reports } = await stand.ready();
  await stand.control('hand-orders', { symbol: 'PEP', action: 'BUY', quantity: 5 });
  await stand.control('hand-orders', { symbol: 'KO', action: 'BUY', quantity: 5, type: 'LMT', limitPrice: '40' });
  const statement = await session.statement(ACCOUNT);
  expect(statement.openOrders).toMatchObject([{ orderRef: '', side: 'BUY', quantity: '5', description: 'KO' }]);
  expect(statement.completedOrders).toMatchObject([{ orderRef: '', brokerStatus: 'Filled', description: 'PEP' }]);
  expect(statement.reports).toMatchObject([{ kind: 'execution', orderRef: '' }, { kind: 'commission' }]);
  expect(reports.filter(({ kind }) => kind === 'status')).toEqual([]);
});
