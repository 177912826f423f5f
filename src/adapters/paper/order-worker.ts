import { tradePrice, tradeQuantity } from '../../domain/matching/trades.ts';
import { viewTrigger } from '../../domain/matching/triggers.ts';
import type { WorkingTerms } from '../../domain/matching/working-terms.ts';
import { Dec, dec } from '../../domain/money/decimal.ts';
import { priceStepsOf } from '../../domain/orders/price-increment.ts';
import { chance } from './chance.ts';
import type { Desk } from './desk.ts';
import { allowedQuantity, isReleased } from './family.ts';
import { fillOrder } from './fills.ts';
import type { LiveQuote } from './market-view.ts';
import { isLive, type PaperOrder, PaperStatus } from './paper-state.ts';

/**
 * Works every live order at the loaded market until none trades any more: a fill may wake children and change its group.
 * `resting` are the orders whose fill chance has cut short: they wait for the next market, and are added to.
 */
export function workOrders(desk: Desk, resting: Set<string>): void {
  let hasTraded = true;
  while (hasTraded) {
    hasTraded = false;
    for (const { brokerOrderId } of desk.book.live()) hasTraded = workOrder(desk, brokerOrderId, resting) || hasTraded;
  }
}

function workOrder(desk: Desk, brokerOrderId: string, resting: Set<string>): boolean {
  const { book, market } = desk;
  const found = book.order(brokerOrderId);
  if (!isLive(found) || resting.has(brokerOrderId) || !isReleased(book, found)) return false;
  const { tradable, side } = found.order;
  const quote = market.quote(tradable);
  if (quote === null) return false;
  const paper = refresh(desk, found, quote);
  if (tradePrice(termsOf(paper), quote) === null) return false;
  const filling = { quantity: paper.order.quantity, filled: paper.filled };
  const offered = tradeQuantity(filling, allowedQuantity(book, paper), market.available(tradable, side));
  if (offered.isZero()) return false;
  const quantity = partOf(desk, paper, offered);
  if (quantity.lt(offered)) resting.add(brokerOrderId);
  market.take(tradable, side, quantity);
  fillOrder(desk, paper, quantity);
  return true;
}

function termsOf({ order, isTriggered, trailStop }: PaperOrder): WorkingTerms {
  return { ...order, isTriggered, trailStop };
}

/** Trigger and status as they are at this quote. */
function refresh({ book, rules }: Desk, paper: PaperOrder, quote: LiveQuote): PaperOrder {
  const { isTriggered, trailStop, status, order, brokerOrderId } = paper;
  const view = viewTrigger(termsOf(paper), quote.last, priceStepsOf(order.tradable, rules.grid));
  const isSame = view.isTriggered === isTriggered && view.trailStop === trailStop;
  const now = view.isTriggered ? PaperStatus.working : PaperStatus.waiting;
  if (isSame && now === status) return paper;
  const changed = book.change(brokerOrderId, { ...view, status: now });
  if (now !== status) book.tellStatus(changed);
  return changed;
}

function partOf({ rules }: Desk, { order, fills }: PaperOrder, offered: Dec): Dec {
  const { seed, partialFillProbability, partialFillShare } = rules;
  if (chance(seed, `${order.orderRef}/fill ${fills + 1}`) >= partialFillProbability) return offered;
  return Dec.min(offered, Dec.max(offered.times(partialFillShare).floor(), dec(1)));
}
