import { describe, expect, test } from '@jest/globals';
import { createPaperBroker } from '../../src/adapters/paper/broker.ts';
import { type ErrorCode, FoliosError } from '../../src/contracts/errors.ts';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import type { RecommendationAction } from '../../src/domain/research/recommendation.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import type { MarketData } from '../../src/ports/market-data.ts';
import type {
  AccountRecord,
  OrderRecord,
  PositionRecord,
  Settlement,
  TaskRecord,
} from '../../src/ports/repositories.ts';
import type { TradingModeChange } from '../../src/ports/trading-switch.ts';
import { portDouble } from '../../test/factories/port-double.ts';
import type { TicketPorts } from './ports.ts';
import { createTicketActivities } from './tickets.ts';

const taskId = '0a4cf1a2-2f1c-4f0e-9d0f-0b8f6a4f7a11';
const ticket = { ticketId: taskId, taskId, accountId: 'account', marketDate: '2020-12-31' };
const account = { accountId: 'account', priceSource: 'replay', openedOn: '2020-12-01' } as AccountRecord;
const now = new Date('2026-11-21T12:00:00Z');

const RESTRICTION: TradingModeChange = { accountId: null, mode: 'paused', reason: 'fire drill', by: 'ada', at: now };

/** The ports of one account with 1,000 dollars and no holdings, in a market of these prices. */
function portsWith(more: {
  prices?: Record<string, string | ErrorCode>;
  wanted?: [RecommendationAction, string, number][];
  orders?: OrderRecord[];
  task?: Partial<TaskRecord>;
  strategy?: null;
  account?: null;
  isBookedByOther?: boolean;
  restriction?: Partial<TradingModeChange>;
  held?: PositionRecord[];
}) {
  const journaled: OrderRecord[] = [];
  const settlements: Settlement[] = [];
  const ports: TicketPorts = {
    research: portDouble<TicketPorts['research']>({
      findTask: async () => ({ taskId, state: TaskState.succeeded, ...more.task }) as TaskRecord,
      listRecommendations: async () =>
        (more.wanted ?? []).map(([action, ticker, percent]) => ({
          ticker,
          action,
          entryPrice: '10',
          targetPrice: '12',
          stopLoss: '9',
          allocationPercent: String(percent),
          rationale: '',
        })),
      withLock: async (_name, work) => work(),
    }),
    corporateActions: portDouble<TicketPorts['corporateActions']>({ appliedTo: async () => '2020-12-31' }),
    strategies: portDouble<TicketPorts['strategies']>({
      document: async () => {
        if (more.strategy === null) throw new FoliosError('STRATEGY_NOT_FOUND', 'no such version');
        return { priceSource: 'replay' } as ResearchStrategy;
      },
    }),
    portfolio: portDouble<TicketPorts['portfolio']>({
      findAccountOf: async () => (more.strategy === null ? null : account),
      findAccount: async () => (more.account === null ? null : account),
      listPositions: async () => (more.held ?? []).map((one) => ({ ...one, multiplier: '1' })),
      balances: async () =>
        new Map([
          ['cash', '1000'],
          ...(more.held ?? []).map((one): [string, string] => [`position:${one.ticker}`, one.costUsd]),
          ['capital', '-1000'],
        ]),
      listOrders: async () => more.orders ?? [],
      journalOrders: async (_ticket, orders) => {
        journaled.push(...orders);
        return orders;
      },
      isSettled: async () => false,
      settle: async (settlement) => {
        settlements.push(settlement);
        return more.isBookedByOther !== true;
      },
      listSnapshots: async () => [
        {
          accountId: 'account',
          marketDate: '2020-12-31',
          cashUsd: '1',
          positionsUsd: '2',
          totalUsd: '3',
          takenAt: now,
        },
      ],
    }),
    marketData: {
      source: () =>
        portDouble<MarketData>({
          simulated: true,
          quote: async (ticker) => {
            const price = more.prices?.[ticker] ?? 'TICKER_UNKNOWN';
            if (/^[A-Z]/.test(price)) throw new FoliosError(price as ErrorCode, `no price of ${ticker}`);
            return { ticker, price, marketDate: '2020-12-31', source: 'replay' as const };
          },
        }),
    },
    marketClock: { today: async () => '2020-12-31' },
    broker: createPaperBroker(),
    tradingSwitch: portDouble<TicketPorts['tradingSwitch']>({
      restrictionOf: async () => (more.restriction ? { ...RESTRICTION, ...more.restriction } : null),
    }),
    clock: { now: () => now },
  };
  return { activities: createTicketActivities(ports), journaled, settlements };
}

function order(side: 'BUY' | 'SELL', ticker: string, quantity: string, price: string): OrderRecord {
  return {
    orderId: ticker,
    orderRef: `${taskId}/${ticker}`,
    ticketId: taskId,
    taskId,
    accountId: 'account',
    ticker,
    side,
    quantity,
    state: OrderState.pending,
    stateReason: null,
    referencePrice: price,
    marketDate: '2020-12-31',
    filledQuantity: '0',
    averageFillPrice: null,
    createdAt: now,
    updatedAt: now,
  };
}

describe('journaling a ticket', () => {
  test('denies what has no price, names the reason, and orders the rest', async () => {
    const { activities, journaled } = portsWith({
      prices: { KO: '10', PG: 'QUOTE_UNAVAILABLE', ZZ: 'TICKER_UNKNOWN' },
      wanted: [
        ['BUY', 'KO', 20],
        ['BUY', 'PG', 20],
        ['BUY', 'ZZ', 20],
      ],
    });
    const made = await activities.journalTicket({ ticketId: taskId, taskId });
    expect(made).toMatchObject({ orderCount: 1, deniedCount: 2, marketDate: '2020-12-31' });
    expect(journaled.map((one) => [one.ticker, one.state, one.quantity, one.stateReason])).toEqual([
      ['KO', 'PENDING', '20', null],
      ['PG', 'DENIED', '0', 'no market price for PG'],
      ['ZZ', 'DENIED', '0', 'no market price for ZZ'],
    ]);
    expect(journaled.map((one) => one.orderRef)).toContain(`${taskId}/KO`);
  });

  test('writes nothing while the market data cannot be reached', async () => {
    const { activities, journaled } = portsWith({
      prices: { KO: 'PROVIDER_UNAVAILABLE' },
      wanted: [['BUY', 'KO', 20]],
    });
    await expect(activities.journalTicket({ ticketId: taskId, taskId })).rejects.toMatchObject({
      type: 'PROVIDER_UNAVAILABLE',
      nonRetryable: false,
    });
    expect(journaled).toEqual([]);
  });

  test('leaves an order that was sized before as it was', async () => {
    const { activities, journaled } = portsWith({
      orders: [order('BUY', 'KO', '5', '10')],
      wanted: [['BUY', 'KO', 90]],
    });
    expect(await activities.journalTicket({ ticketId: taskId, taskId })).toMatchObject({ orderCount: 1 });
    expect(journaled).toEqual([]);
  });

  test.each([
    ['a task that has not succeeded', { task: { state: TaskState.failed } }, 'TASK_STATE_CONFLICT'],
    ['a version that the strategy does not have', { strategy: null }, 'STRATEGY_NOT_FOUND'],
  ] as const)('refuses %s', async (_, more, type) => {
    const { activities } = portsWith(more);
    await expect(activities.journalTicket({ ticketId: taskId, taskId })).rejects.toMatchObject({
      type,
      nonRetryable: true,
    });
  });
});

describe('with the kill switch on', () => {
  const paused = 'trading is paused for all accounts: fire drill (ada, 2026-11-21T12:00:00Z)';
  const held = {
    accountId: 'account',
    ticker: 'PG',
    quantity: '5',
    costUsd: '50',
    marketPrice: '10',
  } as PositionRecord;

  test('every order is denied as it is journaled, and says by whom and why', async () => {
    const { activities, journaled } = portsWith({
      prices: { KO: '10' },
      wanted: [['BUY', 'KO', 20]],
      restriction: { mode: 'paused' },
    });
    expect(await activities.journalTicket({ ticketId: taskId, taskId })).toMatchObject({
      orderCount: 0,
      deniedCount: 1,
    });
    expect(journaled).toMatchObject([{ state: 'DENIED', stateReason: paused }]);
  });

  test('what only reduces passes a reduce-only account, and nothing else does', async () => {
    const { activities, journaled } = portsWith({
      prices: { KO: '10', PG: '10' },
      wanted: [
        ['SELL', 'PG', 0],
        ['BUY', 'KO', 20],
      ],
      held: [held],
      restriction: { mode: 'reduce_only', accountId: 'account' },
    });
    await activities.journalTicket({ ticketId: taskId, taskId });
    expect(journaled.map((one) => [one.ticker, one.state])).toEqual([
      ['PG', 'PENDING'],
      ['KO', 'DENIED'],
    ]);
    expect(journaled[1]?.stateReason).toMatch(/^trading is reduce-only for this account: .*is no reduction$/);
  });

  test('an order that was journaled before it was turned is denied at the broker’s door', async () => {
    const { activities, settlements } = portsWith({
      orders: [order('BUY', 'KO', '5', '10')],
      restriction: { mode: 'paused' },
    });
    expect(await activities.settleTicket(ticket)).toMatchObject({ filledCount: 0, deniedCount: 1 });
    expect(settlements[0]).toMatchObject({ executions: [], orders: [{ state: 'DENIED', stateReason: paused }] });
  });
});

describe('settling a ticket', () => {
  test('denies what the cash no longer covers, in the words of money, and never spends below zero', async () => {
    const { activities, settlements } = portsWith({
      orders: [order('BUY', 'KO', '60', '10'), order('BUY', 'PG', '50', '10')],
    });
    expect(await activities.settleTicket(ticket)).toMatchObject({
      filledCount: 1,
      deniedCount: 1,
      cashUsd: '400',
      totalUsd: '1000',
    });
    const [settlement] = settlements;
    expect(settlement?.executions.map((one) => [one.execId, one.quantity])).toEqual([[`paper/${taskId}/KO`, '60']]);
    expect(settlement?.orders.map((one) => [one.orderId, one.state, one.stateReason])).toEqual([
      ['KO', 'FILLED', null],
      ['PG', 'DENIED', 'the cash left is 400.00 USD, but the order costs 500.00 USD'],
    ]);
  });

  test('that another worker has booked meanwhile tells what that one booked', async () => {
    const { activities } = portsWith({ orders: [order('BUY', 'KO', '60', '10')], isBookedByOther: true });
    expect(await activities.settleTicket(ticket)).toMatchObject({ cashUsd: '1', positionsUsd: '2', totalUsd: '3' });
  });

  test('of an account that is not known is refused', async () => {
    const { activities } = portsWith({ account: null });
    await expect(activities.settleTicket(ticket)).rejects.toMatchObject({
      type: 'TICKET_CONFLICT',
      nonRetryable: true,
    });
  });
});
