import type { MarketDate } from '../market/market-date.ts';
import { type OrderSpec, OrderType } from './order.ts';
import { decimalAt, type OrderProblem, pathOf, positiveAt } from './order-problem.ts';
import { incrementAt, isOnIncrement, type PriceGridFacts, priceStepsOf } from './price-increment.ts';
import { validateTradable } from './validate-tradable.ts';

/** What a ticket is validated against. */
export interface ValidationFacts {
  /** The day in New York. */
  readonly asOf: MarketDate;
  readonly grid?: PriceGridFacts;
}

type PriceField = 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent';
const PRICE_FIELDS: readonly PriceField[] = ['limitPrice', 'stopPrice', 'trailAmount', 'trailPercent'];

/** The prices that each type is made of; a trailing stop has one of its two. */
const PRICES_OF: Readonly<Record<OrderType, readonly PriceField[]>> = {
  MARKET: [],
  LIMIT: ['limitPrice'],
  STOP: ['stopPrice'],
  STOP_LIMIT: ['stopPrice', 'limitPrice'],
  TRAILING_STOP: ['trailAmount', 'trailPercent'],
};

type OrderPrices = Pick<OrderSpec, 'tradable' | 'type' | PriceField>;

/** All mistakes of one order; `isWalked` where smart pricing gives it its limit price. */
export function validateOrder(
  order: OrderSpec,
  path: string,
  facts: ValidationFacts,
  isWalked = false,
): readonly OrderProblem[] {
  return [
    ...validateTradable(order.tradable, pathOf(path, 'tradable'), facts.asOf),
    ...validateQuantity(order.quantity, pathOf(path, 'quantity')),
    ...validatePrices(order, path, facts, isWalked),
  ];
}

function validateQuantity(text: string, path: string): readonly OrderProblem[] {
  const problems: OrderProblem[] = [];
  const quantity = positiveAt(text, path, problems);
  if (quantity !== null && !quantity.isInteger()) problems.push({ path, message: `must be whole, not ${text}` });
  return problems;
}

/** Mistakes in an order's prices: missing, superfluous, no price at all, or off the grid. */
export function validatePrices(
  order: OrderPrices,
  path: string,
  facts: ValidationFacts,
  isWalked = false,
): readonly OrderProblem[] {
  const problems: OrderProblem[] = [];
  if (order.tradable.kind === 'combo' && order.type !== OrderType.market && order.type !== OrderType.limit) {
    problems.push({
      path: pathOf(path, 'type'),
      message: `a combination trades at MARKET or LIMIT, not ${order.type}`,
    });
  }
  const wanted = isWalked ? [] : PRICES_OF[order.type];
  const given = PRICE_FIELDS.filter((field) => order[field] !== undefined);
  for (const field of given.filter((one) => !wanted.includes(one))) {
    const reason = isWalked ? 'pricing sets it' : `a ${order.type} order has none`;
    problems.push({ path: pathOf(path, field), message: `is superfluous: ${reason}` });
  }
  if (order.type === OrderType.trailing) {
    if (given.filter((one) => wanted.includes(one)).length !== 1) {
      problems.push({ path, message: 'a trailing stop has either a trailAmount or a trailPercent' });
    }
  } else {
    for (const field of wanted.filter((one) => !given.includes(one))) {
      problems.push({ path: pathOf(path, field), message: `is missing: a ${order.type} order needs it` });
    }
  }
  for (const field of given) problems.push(...validatePrice(order, field, pathOf(path, field), facts));
  return problems;
}

function validatePrice(
  order: OrderPrices,
  field: PriceField,
  path: string,
  facts: ValidationFacts,
): readonly OrderProblem[] {
  const text = order[field] ?? '';
  if (field !== 'trailPercent') return validatePriceText(text, order.tradable, path, facts);
  const problems: OrderProblem[] = [];
  const percent = positiveAt(text, path, problems);
  if (percent?.gte(100)) problems.push({ path, message: `must be below 100, not ${text}` });
  return problems;
}

/** Mistakes of one price. The net price of a combination may be zero or negative. */
export function validatePriceText(
  text: string,
  tradable: OrderSpec['tradable'],
  path: string,
  facts: ValidationFacts,
): readonly OrderProblem[] {
  const problems: OrderProblem[] = [];
  const price = (tradable.kind === 'combo' ? decimalAt : positiveAt)(text, path, problems);
  const steps = priceStepsOf(tradable, facts.grid);
  if (price !== null && !isOnIncrement(price, steps)) {
    problems.push({ path, message: `${text} is off the price increment of ${incrementAt(price, steps).toFixed()}` });
  }
  return problems;
}
