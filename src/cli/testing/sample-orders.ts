import type { PlannedOrder } from '../../domain/orders/order.ts';
import { DEFAULT_RISK_LIMITS } from '../../domain/orders/risk-limits.ts';
import type { AccountExposure, OrderEventRecord } from '../../ports/order-journal.ts';
import type { ListedOrder } from '../../ports/order-listing.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import { NOW, WINDOW_START } from './sample-data.ts';

export const DEMO_ID = '0198acc0-dddd-7000-8000-00000000dddd';
const DEMO_TICKET = '0198f00d-0000-7000-8000-000000000001';

/** A paper account for orders of one's own. */
export function demoAccount(change: Partial<TradingAccount> = {}): TradingAccount {
  return {
    ...{ accountId: DEMO_ID, name: 'demo', broker: 'paper', brokerAccount: DEMO_ID, strategyId: null },
    ...{ priceSource: 'replay', initialBalanceUsd: '100000', openedOn: WINDOW_START, createdAt: NOW },
    ...{ limits: DEFAULT_RISK_LIMITS, actionsAppliedTo: WINDOW_START, gateway: null },
    ...change,
  };
}

/** A working order of that account: buy 100 KO at 60.10 or better, of a ticket with the one order. */
export function demoOrder(change: Partial<ListedOrder> = {}): ListedOrder {
  return {
    ...{ orderId: '0198beef-0000-7000-8000-000000000001', ticketId: DEMO_TICKET, accountId: DEMO_ID, taskId: null },
    ...{ orderRef: `${DEMO_TICKET}/1`, role: 'single', parentRef: null, side: 'BUY', quantity: '100' },
    tradable: { kind: 'stock', symbol: 'KO' },
    ...{
      type: 'LIMIT',
      timeInForce: 'DAY',
      limitPrice: '60.1',
      stopPrice: null,
      trailAmount: null,
      trailPercent: null,
    },
    ...{ state: 'ACCEPTED', stateReason: null, filledQuantity: '0', averageFillPrice: null, brokerOrderId: '501' },
    ...{ marketDate: WINDOW_START, createdAt: NOW, updatedAt: NOW },
    ...change,
  };
}

/** One event of that order's life. */
export function demoEvent(change: Partial<OrderEventRecord> = {}): OrderEventRecord {
  return {
    ...{ eventId: 1, accountId: DEMO_ID, orderRef: `${DEMO_TICKET}/1`, kind: 'status', outcome: 'applied' },
    ...{ problem: null, state: null, data: {}, at: NOW, recordedAt: NOW },
    ...change,
  };
}

/** That order, or another of its ticket, as the exposure of an account shows it. */
export function working(change: Partial<PlannedOrder>): AccountExposure['working'][number] {
  const order: PlannedOrder = {
    ...{ orderRef: `${DEMO_TICKET}/1`, role: 'single', parentRef: null, ocaGroup: null, side: 'BUY', quantity: '100' },
    tradable: { kind: 'stock', symbol: 'KO' },
    ...{ type: 'LIMIT', timeInForce: 'DAY', limitPrice: '60.1' },
    ...change,
  };
  const rest = { remainingQuantity: order.quantity, reservedUsd: '0', tradeId: null };
  return { order, ...rest, state: 'ACCEPTED', marketDate: WINDOW_START };
}
