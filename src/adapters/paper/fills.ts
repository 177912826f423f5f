import { OcaRule, quantityAfterFill } from '../../domain/matching/oca.ts';
import { type Dec, dec } from '../../domain/money/decimal.ts';
import { instrumentKey } from '../../domain/orders/instrument.ts';
import { OrderType } from '../../domain/orders/order.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import { type PriceSteps, priceStepsOf, roundToIncrement } from '../../domain/orders/price-increment.ts';
import { legsOf } from '../../domain/orders/ticket.ts';
import type { Desk } from './desk.ts';
import { endOrder, fitChildren, resizeOrder } from './family.ts';
import { isLive, type PaperExecution, type PaperOrder, PaperStatus } from './paper-state.ts';
import { commissionReport, executionReport } from './reports.ts';

const BPS = 10_000;

/** Trades a part of an order or its rest at the market, tells executions, state and commissions, and lets its group feel it. */
export function fillOrder(desk: Desk, before: PaperOrder, quantity: Dec): void {
  const { book } = desk;
  const fills = before.fills + 1;
  const filled = dec(before.filled).plus(quantity);
  const executions = tradedOf(desk, before, quantity, fills);
  for (const execution of executions) book.book(execution);
  const isWhole = filled.gte(before.order.quantity);
  const after = book.change(before.brokerOrderId, {
    ...{ filled: filled.toFixed(), fills, status: isWhole ? PaperStatus.filled : PaperStatus.working },
    ...(isWhole ? { endedOn: book.day } : {}),
  });
  book.tell(...executions.map(executionReport));
  book.tellStatus(after);
  book.tell(...executions.map(commissionReport));
  // It may have been made smaller than its children.
  if (isWhole) fitChildren(book, after);
  for (const other of book.live()) {
    if (other.ocaGroup === null || other.ocaGroup !== before.ocaGroup) continue;
    if (other.brokerOrderId !== before.brokerOrderId) reduce(desk, before, quantity, other.brokerOrderId);
  }
}

/** What is left of the group stays in proportion, so that what is filled stays protected: the rule that our IBKR orders ask for. */
function reduce({ book }: Desk, before: PaperOrder, traded: Dec, otherId: string): void {
  const other = book.order(otherId);
  // Its parent may have ended with one that was cancelled just before.
  if (!isLive(other)) return;
  const filling = (one: PaperOrder) => ({ quantity: one.order.quantity, filled: one.filled });
  const quantity = quantityAfterFill(OcaRule.reduce, filling(before), traded, filling(other));
  if (quantity === null) endOrder(book, otherId, PaperStatus.cancelled, 'another order of its group has filled');
  else resizeOrder(book, otherId, dec(quantity));
}

/** One execution for each instrument that the order trades, at the market. */
function tradedOf(
  { book, market: view, rules }: Desk,
  paper: PaperOrder,
  quantity: Dec,
  fill: number,
): PaperExecution[] {
  const { brokerOrderId, order } = paper;
  const legs = legsOf(order.tradable, order.side);
  const slippageBps = isAtMarket(order.type) ? rules.slippageBps : 0;
  const before = book.executionsOf(brokerOrderId);
  return legs.map(({ instrument, side, ratio }, index) => {
    const quote = view.quote(instrument);
    if (quote === null) throw new Error(`no price of ${instrumentKey(instrument)}`);
    const market = side === OrderSide.buy ? quote.ask : quote.bid;
    const price = slippageBps === 0 ? market : slipped(market, side, slippageBps, priceStepsOf(instrument, rules.grid));
    const part = { quantity: quantity.times(ratio).toFixed(), price: price.toFixed() };
    const parts = before.filter((one) => instrumentKey(one.instrument) === instrumentKey(instrument));
    return {
      execId: `${brokerOrderId}.${fill}${legs.length > 1 ? `.${index + 1}` : ''}`,
      brokerOrderId,
      orderRef: order.orderRef,
      instrument,
      side,
      ...part,
      commissionUsd: rules.commission(instrument, parts, part),
      at: book.tradedAt,
      day: book.day,
    };
  });
}

function isAtMarket(type: OrderType): boolean {
  return type !== OrderType.limit && type !== OrderType.stopLimit;
}

/** The price on the grid that is worse by at least so many hundredths of a percent. */
function slipped(price: Dec, side: OrderSide, bps: number, steps: PriceSteps): Dec {
  const change = price.times(bps).div(BPS);
  const isBuy = side === OrderSide.buy;
  return dec(roundToIncrement(isBuy ? price.plus(change) : price.minus(change), steps, isBuy ? 'up' : 'down'));
}
