import { dec } from '../../../domain/money/decimal.ts';
import type { SimExecution, SimOrder } from '../book/sim-order.ts';
import { contractFields } from './contract-fields.ts';
import { timeText } from './time-text.ts';

/** Message 4, as a client of `version` reads it. Id -1 makes it a notice. The JSON of advanced rejects stays empty: a malformed one crashes clients. */
export function errorFields(id: number, code: number, message: string, version: number): string[] {
  return ['4', '2', String(id), String(code), message, ...(version >= 166 ? [''] : [])];
}

/** Message 3. */
export function orderStatusFields(order: SimOrder, parentOrderId: number): string[] {
  const waits = order.status === 'PreSubmitted' ? (order.isTriggered ? 'child' : 'trigger') : '';
  return [
    '3',
    String(order.orderId),
    order.status,
    order.filled,
    dec(order.quantity).minus(order.filled).toFixed(),
    order.averagePrice,
    String(order.permId),
    String(parentOrderId),
    order.lastPrice,
    String(order.clientId),
    waits,
    '0',
  ];
}

/** Message 11, as a client of `version` reads it. Request id -1 for one that has just happened. */
export function execDetailsFields(execution: SimExecution, requestId: number, version: number): string[] {
  return [
    '11',
    String(requestId),
    String(execution.orderId),
    ...contractFields(execution.contract),
    execution.execId,
    timeText(new Date(execution.at)),
    execution.account,
    'NYSE',
    execution.side,
    execution.quantity,
    execution.price,
    String(execution.permId),
    String(execution.clientId),
    '0', // liquidation
    execution.cumulativeQuantity,
    execution.averagePrice,
    execution.orderRef,
    '', // economic value rule
    '', // and its multiplier
    '', // model code
    '2', // it removed liquidity
    // The price is final.
    ...(version >= 178 ? ['0'] : []),
  ];
}

/** Message 59. An execution that closed nothing has an empty profit, as `@stoqey/ib` needs it. */
export function commissionFields(execution: SimExecution): string[] {
  return ['59', '1', execution.execId, execution.commission ?? '0', 'USD', execution.realizedPnl ?? '', '', ''];
}
