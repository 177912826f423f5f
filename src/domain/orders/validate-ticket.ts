import { assertNever } from '../assert-never.ts';
import { type Dec, dec, ZERO } from '../money/decimal.ts';
import { type Instrument, instrumentKey } from './instrument.ts';
import { netQuote } from './net-quote.ts';
import { type OrderSpec, OrderType } from './order.ts';
import { type OrderProblem, positiveAt } from './order-problem.ts';
import { OrderSide } from './order-state.ts';
import {
  type BracketTicket,
  type Combo,
  type LeggedComboTicket,
  MAX_BASKET_ORDERS,
  MAX_OCA_ORDERS,
  oppositeSide,
  type PriceWalk,
  type TicketSpec,
} from './ticket.ts';
import { type ValidationFacts, validateOrder, validatePrices, validatePriceText } from './validate-order.ts';

const MAX_WALK_SECONDS = 3600;

/** All mistakes of a ticket at once, each with its path; none means that `planTicket` may plan it. */
export function validateTicket(spec: TicketSpec, facts: ValidationFacts): readonly OrderProblem[] {
  switch (spec.kind) {
    case 'single':
      return validatePriced(spec.order, spec.pricing, 'order', facts);
    case 'bracket':
      return validateBracket(spec, facts);
    case 'oca':
      return validateList(spec.orders, 2, MAX_OCA_ORDERS, 'an OCA group', facts);
    case 'combo':
      if (spec.execution === 'legs') return validateLegged(spec, facts);
      return validatePriced(spec.order, spec.pricing, 'order', facts);
    case 'basket':
      return validateList(spec.orders, 1, MAX_BASKET_ORDERS, 'a basket', facts);
    default:
      return assertNever(spec);
  }
}

/** A list that is too long is refused as a whole, however long it is. */
function validateList(
  orders: readonly OrderSpec[],
  min: number,
  max: number,
  what: string,
  facts: ValidationFacts,
): readonly OrderProblem[] {
  if (orders.length < min || orders.length > max) {
    return [{ path: 'orders', message: `${what} has ${min} to ${max} orders, not ${orders.length}` }];
  }
  return orders.flatMap((order, index) => validateOrder(order, `orders[${index}]`, facts));
}

function validatePriced(
  order: OrderSpec,
  pricing: PriceWalk | undefined,
  path: string,
  facts: ValidationFacts,
): readonly OrderProblem[] {
  if (pricing === undefined) return validateOrder(order, path, facts);
  const problems: OrderProblem[] = [];
  if (order.type !== OrderType.limit) {
    problems.push({ path: 'pricing', message: `only a LIMIT order is priced, not a ${order.type} order` });
  }
  positiveAt(pricing.step, 'pricing.step', problems);
  const { everySeconds, limit } = pricing;
  if (!Number.isSafeInteger(everySeconds) || everySeconds < 1 || everySeconds > MAX_WALK_SECONDS) {
    const message = `must be a whole number from 1 to ${MAX_WALK_SECONDS}, not ${everySeconds}`;
    problems.push({ path: 'pricing.everySeconds', message });
  }
  if (limit !== 'natural') problems.push(...validatePriceText(limit, order.tradable, 'pricing.limit', facts));
  return [...validateOrder(order, path, facts, order.type === OrderType.limit), ...problems];
}

function validateBracket(spec: BracketTicket, facts: ValidationFacts): readonly OrderProblem[] {
  const { entry, takeProfit, stopLoss, pricing } = spec;
  const { tradable } = entry;
  const problems = [
    ...validatePriced(entry, pricing, 'entry', facts),
    ...validatePriceText(takeProfit.limitPrice, tradable, 'takeProfit.limitPrice', facts),
    ...validatePrices({ ...stopLoss, tradable }, 'stopLoss', facts),
  ];
  // Prices that are none cannot be compared; whoever corrects them will be told of their order then.
  return problems.length > 0 ? problems : validateBracketSides(spec);
}

/** Of a bought entry the profit lies above and the stop below; of a sold one the other way round. */
function validateBracketSides({ entry, takeProfit, stopLoss, pricing }: BracketTicket): readonly OrderProblem[] {
  const problems: OrderProblem[] = [];
  const isLong = entry.side === OrderSide.buy;
  const check = (at: string, price: string, isAbove: boolean, other: string | undefined, otherName: string) => {
    if (other === undefined || (isAbove ? dec(price).gt(other) : dec(price).lt(other))) return;
    const relation = isAbove ? 'above' : 'below';
    problems.push({ path: at, message: `must be ${relation} ${otherName} ${other} of a ${entry.side}, not ${price}` });
  };
  const walkLimit = pricing === undefined || pricing.limit === 'natural' ? undefined : pricing.limit;
  const entryPrices = [
    ['the limit price', entry.limitPrice],
    ['the stop price', entry.stopPrice],
    ['the pricing limit', walkLimit],
  ] as const;
  for (const [name, price] of entryPrices) {
    check('takeProfit.limitPrice', takeProfit.limitPrice, isLong, price, name);
    if (stopLoss.stopPrice !== undefined) check('stopLoss.stopPrice', stopLoss.stopPrice, !isLong, price, name);
  }
  check('takeProfit.limitPrice', takeProfit.limitPrice, isLong, stopLoss.stopPrice, 'the stop loss');
  // A stop that may not trade at its own trigger protects nothing in the very move it is for.
  const { stopPrice, limitPrice } = stopLoss;
  if (stopPrice !== undefined && limitPrice !== undefined) {
    if (isLong ? dec(limitPrice).gt(stopPrice) : dec(limitPrice).lt(stopPrice)) {
      const relation = isLong ? 'above' : 'below';
      const message = `must not be ${relation} the stop price ${stopPrice} of a ${oppositeSide(entry.side)}`;
      problems.push({ path: 'stopLoss.limitPrice', message: `${message}, not ${limitPrice}` });
    }
  }
  return problems;
}

function validateLegged({ order, legLimitPrices }: LeggedComboTicket, facts: ValidationFacts): readonly OrderProblem[] {
  const problems = [...validateOrder(order, 'order', facts)];
  const path = 'legLimitPrices';
  const wanted = order.type === OrderType.limit ? order.tradable.legs.length : 0;
  const prices = legLimitPrices ?? [];
  if (prices.length !== wanted) {
    const reason = wanted === 0 ? `a ${order.type} order has no leg prices` : `each of the ${wanted} legs needs one`;
    return [...problems, { path, message: `${reason}, and there are ${prices.length}` }];
  }
  prices.forEach((price, index) => {
    const leg = order.tradable.legs[index];
    if (leg) problems.push(...validatePriceText(price, leg.instrument, `${path}[${index}]`, facts));
  });
  if (problems.length > 0 || order.limitPrice === undefined) return problems;
  const net = netPrice(order.tradable, prices);
  const isWithin = order.side === OrderSide.buy ? net.lte(order.limitPrice) : net.gte(order.limitPrice);
  if (isWithin) return [];
  return [{ path, message: `come to a net price of ${net.toFixed()}, beyond the limit price ${order.limitPrice}` }];
}

/** What one combination costs when bought with its legs at these prices, per unit of the largest multiplier. */
function netPrice(combo: Combo, prices: readonly string[]): Dec {
  const priceOf = new Map(combo.legs.map(({ instrument }, index) => [instrumentKey(instrument), prices[index] ?? '0']));
  const quoteOf = (leg: Instrument) => {
    const price = dec(priceOf.get(instrumentKey(leg)) ?? '0');
    return { bid: price, ask: price, last: price };
  };
  return netQuote(combo, quoteOf)?.last ?? ZERO;
}
