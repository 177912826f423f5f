import { describe, expect, test } from '@jest/globals';
import { type Contract, type Execution, OptionType, OrderStatus, OrderType, SecType } from '@stoqey/ib';
import { createKnownOrders, type KnownOrder, noteOpenOrder, noteStatus } from './known-orders.ts';
import { judgeError } from './order-events.ts';
import { commissionReport, correctedExecId, executionReport, orderEventOf, statusReport } from './reports.ts';

const at = new Date('2026-11-21T15:00:00Z');

function known(change: Partial<KnownOrder>): KnownOrder {
  const order = createKnownOrders().remember({ orderRef: 't/1', orderId: 5, clientId: 1, permId: 900 });
  return Object.assign(order, { filled: 0, remaining: 100, status: 'Submitted' }, change);
}

describe('statuses of TWS', () => {
  test.each([
    ['PreSubmitted', 0, false, 'accept'],
    ['Submitted', 0, false, 'accept'],
    ['Submitted', 40, false, 'partial_fill'],
    ['Filled', 100, false, 'fill'],
    ['Cancelled', 0, false, 'cancel'],
    ['ApiCancelled', 40, false, 'cancel'],
    ['Inactive', 0, false, 'deactivate'],
    ['Inactive', 0, true, 'reject'],
    ['Cancelled', 0, true, 'reject'],
    ['PendingSubmit', 0, false, null],
    ['PendingCancel', 0, false, null],
    ['SomethingNew', 0, false, null],
  ])('%s with %d filled, refused %p, is the event %p', (status, filled, isRefused, event) => {
    expect(orderEventOf(status, { isRefused, filled })).toBe(event);
  });

  test('a repeated status is the same report, another quantity is another one', () => {
    const key = (change: Partial<KnownOrder>) => statusReport(known(change), new Date())?.key;
    expect(key({ filled: 40, remaining: 60 })).toBe('900/Submitted/40/60');
    expect(key({ filled: 40, remaining: 60 })).toBe(key({ filled: 40, remaining: 60 }));
    expect(key({ filled: 50, remaining: 50 })).not.toBe(key({ filled: 40, remaining: 60 }));
  });

  test('an order that sleeps and wakes again tells it each time, and a reconnect repeats only what was told', () => {
    const orders = createKnownOrders();
    const order = orders.remember({ orderRef: 't/1', orderId: 5, clientId: 1, permId: 900 });
    const tell = (status: string) => {
      noteStatus(order, { status, filled: 0, remaining: 100, whyHeld: '' });
      return statusReport(order, at)?.key;
    };
    const told = ['Submitted', 'Inactive', 'Submitted', 'Inactive', 'Submitted'].map(tell);
    expect(new Set(told).size).toBe(5);
    orders.startConnection();
    const again = noteOpenOrder(
      orders,
      5,
      {},
      { orderRef: 't/1', clientId: 1, permId: 900, totalQuantity: 100, orderType: OrderType.MKT },
      { status: OrderStatus.Submitted },
    );
    expect(statusReport(again, at)?.key).toBe(told.at(-1));
    expect(tell('Submitted')).toBe(told.at(-1));
    // A completed order is shown without its past, and its end is one report all the same.
    expect(tell('Filled')).toBe(statusReport(known({ status: 'Filled' }), at)?.key);
  });

  test('a refused order does not wake', () => {
    const order = known({ status: 'Inactive', refusal: '201: no' });
    noteStatus(order, { status: 'Submitted', filled: 0, remaining: 100, whyHeld: '' });
    expect(order.wakings).toBe(0);
  });

  test('a refusal is one report, whichever word follows the error', () => {
    const refusal = '201: no';
    const words = ['Inactive', 'Cancelled'].map((status) => statusReport(known({ status, refusal }), at));
    expect(words.map((report) => report?.key)).toEqual(['t/1/rejected', 't/1/rejected']);
    expect(words[0]).toMatchObject({ event: 'reject', reason: refusal, brokerStatus: 'Inactive' });
  });

  test('an order made by hand has no report', () => {
    expect(statusReport({ ...known({}), orderRef: '' }, at)).toBeNull();
  });
});

describe('errors that name an order', () => {
  const judge = (change: Partial<KnownOrder>, code: number) =>
    judgeError({ status: null, wasTaken: false, isBeingModified: false, ...change }, code);

  test('refuse an order that was never shown as working, but not one that is', () => {
    expect(judge({}, 110)).toBe('refused');
    expect(judge({ status: 'Cancelled' }, 201)).toBe('refused');
    expect(judge({ status: 'Submitted', wasTaken: true }, 110)).toBe('heard');
    expect(judge({ status: 'PreSubmitted', wasTaken: true }, 201)).toBe('refused');
    expect(judge({ status: 'Filled', wasTaken: true }, 201)).toBe('heard');
  });

  test('warnings, answers to cancels and words about a change refuse nothing', () => {
    expect([399, 2109, 202, 10147, 10148, 161].map((code) => judge({}, code))).toEqual(Array(6).fill('heard'));
    expect(judge({ status: 'Submitted', wasTaken: true, isBeingModified: true }, 201)).toBe('heard');
  });
});

describe('executions of TWS', () => {
  const stock: Contract = { secType: SecType.STK, symbol: 'BRK B' };
  const execution: Execution = {
    ...{ execId: '0000e0d5.6555a859.01.01', time: '20261121 10:00:01 US/Eastern', side: 'SLD', shares: 40 },
    ...{ price: 0.1 + 0.2, permId: 900, orderRef: 't/1' },
  };

  test('carry the time of the trade, the side and exact numbers', () => {
    expect(executionReport(stock, execution, 'UTC', new Date(0))).toEqual({
      ...{ kind: 'execution', key: '0000e0d5.6555a859.01.01/40@0.30000000000000004' },
      ...{ execId: '0000e0d5.6555a859.01.01', correctsExecId: null },
      ...{ orderRef: 't/1', brokerOrderId: '900', at: new Date('2026-11-21T15:00:01Z'), side: 'SELL', quantity: '40' },
      ...{ instrument: { kind: 'stock', symbol: 'BRK.B' }, price: '0.30000000000000004' },
    });
  });

  test("a combination's summary is no execution, its legs are", () => {
    const leg: Contract = {
      ...{ secType: SecType.OPT, symbol: 'KO', lastTradeDateOrContractMonth: '20261218', strike: 60, multiplier: 100 },
      right: OptionType.Put,
    };
    expect(executionReport({ secType: SecType.BAG, symbol: 'KO' }, execution, 'UTC', at)).toBeNull();
    expect(executionReport(leg, execution, 'UTC', at)?.instrument).toMatchObject({ kind: 'option', right: 'PUT' });
  });

  test('a time without meaning is replaced by that of the arrival', () => {
    expect(executionReport(stock, { ...execution, time: 'x' }, 'UTC', at)?.at).toEqual(at);
  });

  test('a correction names what it corrects', () => {
    expect(correctedExecId('0000e0d5.6555a859.01.01')).toBeNull();
    expect(correctedExecId('0000e0d5.6555a859.01.02')).toBe('0000e0d5.6555a859.01.01');
    expect(correctedExecId('0000e0d5.6555a859.01.10')).toBe('0000e0d5.6555a859.01.09');
    expect(correctedExecId('by hand')).toBeNull();
  });

  test('a commission that is not known yet, or not in US dollars, is none', () => {
    const key = 'commission/e.1';
    expect(commissionReport({ execId: 'e.1', commission: 1.05, currency: 'USD' }, at)).toMatchObject({
      ...{ key, commissionUsd: '1.05' },
    });
    expect(commissionReport({ execId: 'e.1', currency: 'USD' }, at)).toBeNull();
    expect(commissionReport({ execId: 'e.1', commission: 1, currency: 'EUR' }, at)).toBeNull();
  });
});
