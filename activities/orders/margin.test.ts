import { describe, expect, test } from '@jest/globals';
import type { OrderSpec, PlannedOrder } from '../../src/domain/orders/order.ts';
import { BUY_KO, BUY_SPREAD, KO_CALL, planned } from '../../src/domain/orders/testing/sample-orders.ts';
import type { TicketSpec } from '../../src/domain/orders/ticket.ts';
import { BrokerError, type BrokerSession, type WhatIf } from '../../src/ports/broker-session.ts';
import type {
  AccountExposure,
  AccountWorkingOrder,
  OrderJournal,
  TicketOrder,
  TicketRecord,
} from '../../src/ports/order-journal.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';
import { portDouble } from '../../test/factories/port-double.ts';
import { growthDenial, marginDenial } from './margin.ts';
import type { DeskPorts } from './ports.ts';

const SELL_CALL: OrderSpec = { ...BUY_KO, tradable: KO_CALL, side: 'SELL', type: 'MARKET' };
const EXPOSURE: AccountExposure = {
  ...{
    cashUsd: '10000',
    netLiquidationUsd: '10000',
    positions: [],
    working: [],
    mode: 'normal' as const,
    recentIntents: [],
  },
};

function ticketOrder(order: OrderSpec, change: Partial<TicketOrder & PlannedOrder> = {}): TicketOrder {
  const { orderRef = 't/1', role = 'single', parentRef = null, ...rest } = change;
  return {
    ...{
      orderId: orderRef,
      planned: planned(order, { orderRef, role, parentRef }),
      state: 'PENDING',
      stateReason: null,
    },
    ...{ filledQuantity: '0', averageFillPrice: null, brokerOrderId: null, lastEventId: 1, submissions: 0 },
    ...{ submittedAt: null, reservedUsd: '500', ...rest },
  };
}

interface World {
  readonly exposure?: Partial<AccountExposure>;
  readonly cost?: Partial<WhatIf>;
  readonly failure?: Error;
}

/** The desk's ports, what its broker was asked with which quantities, and what was journaled. */
function desk(world: World) {
  const seen = { asked: [] as string[][], notes: [] as unknown[], looks: 0 };
  const cost = { initialMarginUsd: '900', maintenanceMarginUsd: '900', commissionUsd: '1', availableUsd: '10000' };
  const ports = portDouble<DeskPorts>({
    account: { accountId: 'a', brokerAccount: 'DU1' } as TradingAccount,
    clock: { now: () => new Date('2020-12-31T15:00:00Z') },
    journal: portDouble<OrderJournal>({
      exposure: async () => {
        seen.looks += 1;
        return { ...EXPOSURE, ...world.exposure };
      },
      note: async (_ref, note) => void seen.notes.push(note),
    }),
    session: portDouble<BrokerSession>({
      async whatIf(_account, wanted) {
        seen.asked.push(wanted.map(({ orderRef, quantity }) => `${quantity} ${orderRef}`));
        if (world.failure) throw world.failure;
        return { ...cost, warning: null, ...world.cost };
      },
    }),
  });
  return { ports, seen };
}

async function ask(orders: readonly TicketOrder[], world: World = {}, spec: Partial<TicketRecord['spec']> = {}) {
  const { ports, seen } = desk(world);
  const single = { kind: 'single', order: orders[0]?.planned, ...spec } as TicketSpec;
  const denial = await marginDenial(ports, { spec: single, orders } as TicketRecord, orders.slice(0, 1));
  return { denial, ...seen };
}

const sold = (change: Partial<TicketOrder & PlannedOrder> = {}) => ticketOrder(SELL_CALL, change);
const LEGS = { kind: 'combo', execution: 'legs' } as const;

test.each<[string, TicketOrder]>([
  ['bought shares', ticketOrder(BUY_KO)],
  ['shares that are sold from what is held', ticketOrder({ ...BUY_KO, side: 'SELL' }, { reservedUsd: '0' })],
  ['an option that closes a position', sold({ reservedUsd: '0' })],
  ['an order that was sent before', sold({ submissions: 1 })],
  ['the exit of a bracket', sold({ role: 'stop_loss', parentRef: 't/9' })],
])('%s cost no look into the books and no question', async (_what, order) => {
  expect(await ask([order])).toEqual({ denial: null, asked: [], notes: [], looks: 0 });
});

describe('an order that opens risk', () => {
  test('is allowed where the broker wants no more than there is, and the answer is journaled', async () => {
    const { denial, asked, notes } = await ask([ticketOrder({ ...BUY_KO, side: 'SELL' })]);
    expect([denial, asked]).toEqual([null, [['10 t/1']]]);
    expect(notes).toMatchObject([
      {
        limit: 'buying_power_usd',
        bound: '10000',
        attempted: '901',
        passed: true,
        reason: expect.stringContaining('allowed'),
      },
    ]);
  });

  test.each<[string, World]>([
    ['the cash', { exposure: { cashUsd: '900.99' } }],
    ['what the broker has available', { cost: { availableUsd: '900.99' } }],
    [
      'what other orders leave of the cash',
      {
        exposure: {
          working: [
            {
              ...{ order: planned(BUY_KO, { orderRef: 'w/1' }), remainingQuantity: '10', reservedUsd: '9099.01' },
              ...{ tradeId: null, state: 'ACCEPTED', marketDate: '2020-12-31' },
            },
          ],
        },
      },
    ],
  ])('is denied beyond %s, with limit, value and attempted value', async (_what, world) => {
    const { denial, notes } = await ask([sold()], world);
    expect(denial).toBe('initial margin: buying power is 900.99 USD, and the order needs 901.00 USD');
    expect(notes).toMatchObject([{ limit: 'buying_power_usd', bound: '900.99', attempted: '901', passed: false }]);
  });

  test('meets what the working orders of its kind will tie up, which is more than the gate has reserved', async () => {
    const working: AccountWorkingOrder = {
      ...{ order: planned(SELL_CALL, { orderRef: 'w/1' }), remainingQuantity: '4', reservedUsd: '100' },
      ...{ tradeId: null, state: 'ACCEPTED', marketDate: '2020-12-31' },
    };
    const closing = { ...working, order: { ...working.order, orderRef: 'w/2' }, reservedUsd: '0' };
    const { asked, notes } = await ask([sold()], { exposure: { working: [working, closing] } });
    expect(asked).toEqual([['10 t/1'], ['4 w/1']]);
    expect(notes).toMatchObject([{ bound: '9100', attempted: '901', passed: true }]);
  });

  test('that the broker refuses as such is for the broker to refuse; a silent broker is a failure', async () => {
    const refusal = new BrokerError('no', { code: 'BROKER_REJECTED', effect: 'none' });
    expect((await ask([sold()], { failure: refusal })).denial).toBeNull();
    const silence = new BrokerError('silent', { code: 'BROKER_UNAVAILABLE', effect: 'unknown' });
    await expect(ask([sold()], { failure: silence })).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });
});

describe('a combination', () => {
  test('that only closes what is held is not asked for, also where it nets to nothing', async () => {
    const [long, short] = BUY_SPREAD.tradable.legs;
    if (!long || !short) throw new Error('two legs');
    const held = (instrument: typeof long.instrument, quantity: string) => ({
      ...{ instrument, quantity, marketValueUsd: '0', tradeId: null },
    });
    const positions = [held(long.instrument, '-10'), held(short.instrument, '20')];
    const { denial, asked } = await ask([ticketOrder(BUY_SPREAD, { reservedUsd: '0' })], { exposure: { positions } });
    expect([denial, asked]).toEqual([null, []]);
    expect((await ask([ticketOrder(BUY_SPREAD, { reservedUsd: '0' })])).asked).toEqual([['10 t/1']]);
  });

  test('leg by leg is asked for as a whole before its first leg, and not again', async () => {
    const bought = ticketOrder({ ...SELL_CALL, side: 'BUY' }, { role: 'leg' });
    const short = sold({ orderRef: 't/2', role: 'leg' });
    expect((await ask([bought, short], {}, LEGS)).asked).toEqual([['10 t/1', '10 t/2']]);
    expect((await ask([short, { ...bought, submissions: 1, state: 'FILLED' }], {}, LEGS)).asked).toEqual([]);
  });

  test.each(['DENIED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const)(
    'sends no leg after one that is %s',
    async (state) => {
      const first = ticketOrder(
        { ...SELL_CALL, side: 'BUY' },
        { role: 'leg', state, stateReason: 'so it is', submissions: 1 },
      );
      const { denial } = await ask([sold({ orderRef: 't/2', role: 'leg' }), first], {}, LEGS);
      expect(denial).toBe(`its leg t/1 is ${state}: so it is`);
    },
  );
});

describe('a working order', () => {
  const grow = async (order: TicketOrder, change: Partial<PlannedOrder>, world: World = {}) => {
    const { ports, seen } = desk(world);
    return { denial: await growthDenial(ports, order, { ...order.planned, ...change }), ...seen };
  };

  test('that grows is asked for what is left of it, and may be denied', async () => {
    const order = sold({ submissions: 1, state: 'PARTIALLY_FILLED', filledQuantity: '3' });
    expect(await grow(order, { quantity: '20' })).toMatchObject({ denial: null, asked: [['17 t/1']] });
    const { denial } = await grow(order, { quantity: '20' }, { exposure: { cashUsd: '900' } });
    expect(denial).toBe('initial margin: buying power is 900.00 USD, and the order needs 901.00 USD');
  });

  test.each<[string, TicketOrder, Partial<PlannedOrder>]>([
    ['whose price alone changes', sold(), { limitPrice: '1.20' }],
    ['that shrinks', sold(), { quantity: '5' }],
    ['for bought shares', ticketOrder(BUY_KO), { quantity: '20' }],
  ])('%s costs no question', async (_what, order, change) => {
    expect(await grow(order, change)).toEqual({ denial: null, asked: [], notes: [], looks: 0 });
  });
});
