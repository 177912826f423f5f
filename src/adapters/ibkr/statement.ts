import { type DecimalString, dec } from '../../domain/money/decimal.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import {
  BrokerError,
  type BrokerOrderView,
  type BrokerPosition,
  type BrokerReport,
  type BrokerStatement,
} from '../../ports/broker-session.ts';
import type { Clock } from '../../ports/clock.ts';
import { describe, toDecimalString, toInstrument } from './ib-contract.ts';
import { type KnownOrders, OVER } from './known-orders.ts';
import {
  askAccountValues,
  askCompletedOrders,
  askExecutions,
  askOpenOrders,
  askPositions,
  type ShownOrder,
  type ShownPosition,
} from './questions.ts';
import { statusReport } from './reports.ts';
import type { Requests } from './requests.ts';

const CASH = 'TotalCashValue';

export interface StatementSource {
  readonly requests: Requests;
  readonly known: KnownOrders;
  readonly questionMs: number;
  readonly clock: Clock;
  /** Hears every report until the returned function is called. */
  tap(listener: (report: BrokerReport) => void): () => void;
}

/**
 * Everything that the broker tells of an account, each part with its own end message and deadline. Open orders are asked
 * first and positions last: an order that fills in between appears as filled rather than nowhere. Fails with
 * BROKER_UNAVAILABLE (no effect) where a part stays out; a statement is whole or it is none.
 */
export async function readStatement(source: StatementSource, account: string): Promise<BrokerStatement> {
  const { requests, questionMs } = source;
  const reports: BrokerReport[] = [];
  const untap = source.tap((report) => reports.push(report));
  try {
    const open = await askOpenOrders(requests, questionMs);
    const completed = await askCompletedOrders(requests, questionMs);
    const executions = await askExecutions(requests, account, questionMs);
    const positions = await askPositions(requests, account, questionMs);
    const values = await askAccountValues(requests, account, [CASH], questionMs);
    const at = source.clock.now();
    const execIds = new Set(executions.map(({ execution }) => execution.execId));
    const ofAccount = ({ order }: ShownOrder) => order.account === account;
    return {
      account,
      openOrders: open.filter(ofAccount).map((shown) => openOrderView(shown, source.known, at)),
      completedOrders: completed.filter(ofAccount).map((shown) => completedOrderView(shown, source.known, at)),
      reports: reports.filter((report) => report.kind !== 'status' && execIds.has(report.execId)),
      positions: positions.map(toPosition),
      cashUsd: usd(values.get(CASH)),
      at,
    };
  } finally {
    untap();
  }
}

/** An open order; how much of it is filled comes in the status that the broker sends beside it. */
export function openOrderView(
  { orderId, contract, order, state }: ShownOrder,
  known: KnownOrders,
  at: Date,
): BrokerOrderView {
  const heard = known.byOrderId(order.clientId ?? 0, orderId);
  const status = heard?.status ?? state.status;
  return {
    orderRef: order.orderRef ?? '',
    brokerOrderId: String(order.permId ?? 0),
    brokerStatus: status,
    isOpen: !OVER.has(status),
    side: sideOf(order.action),
    description: describe(contract),
    quantity: toDecimalString(order.totalQuantity ?? 0),
    filledQuantity: toDecimalString(heard?.filled ?? 0),
    report: heard ? statusReport(heard, at) : null,
  };
}

/** An order that is over. Some gateways write its quantity as 0 once it is filled. */
export function completedOrderView(shown: ShownOrder, known: KnownOrders, at: Date): BrokerOrderView {
  const { contract, order, state } = shown;
  const filled = order.filledQuantity ?? 0;
  const quantity = order.totalQuantity || filled;
  return {
    orderRef: order.orderRef ?? '',
    brokerOrderId: String(order.permId ?? 0),
    brokerStatus: state.status,
    isOpen: false,
    side: sideOf(order.action),
    description: describe(contract),
    quantity: toDecimalString(quantity),
    filledQuantity: toDecimalString(filled),
    report: statusReport(
      {
        ...{ orderRef: order.orderRef ?? '', permId: order.permId ?? null, status: state.status, filled },
        ...{ remaining: quantity - filled, refusal: refusalOf(shown, known), reason: state.completedStatus || null },
        wakings: 0,
      },
      at,
    ),
  };
}

/**
 * Why a completed order was refused; null where it was not. What this session heard counts first; without it an order that
 * is over as Inactive was refused, and one that is over as Cancelled where its last words say so.
 */
function refusalOf({ order, state }: ShownOrder, known: KnownOrders): string | null {
  const heard = known.byRef(order.orderRef ?? '');
  if (heard?.refusal && heard.permId === (order.permId ?? null)) return heard.refusal;
  const words = state.completedStatus ?? '';
  return state.status === 'Inactive' || /reject/i.test(words) ? words || state.status : null;
}

/** A position; IBKR writes an option's average cost per contract, the house per unit of its underlying. */
export function toPosition({ contract, quantity, averageCost }: ShownPosition): BrokerPosition {
  const instrument = toInstrument(contract);
  const perUnit = instrument.kind === 'option' ? dec(averageCost).div(instrument.multiplier) : dec(averageCost);
  return { instrument, quantity: toDecimalString(quantity), averageCost: perUnit.toFixed() };
}

function sideOf(action: string | undefined): OrderSide {
  return action === 'BUY' ? OrderSide.buy : OrderSide.sell;
}

function usd(cash: { value: string; currency: string } | undefined): DecimalString {
  const wrong = !cash ? 'the gateway does not tell it' : cash.currency !== 'USD' ? `it is in ${cash.currency}` : null;
  if (cash && wrong === null) return dec(cash.value).toFixed();
  throw new BrokerError(`the account's cash in US dollars: ${wrong}`, { code: 'BROKER_UNAVAILABLE', effect: 'none' });
}
