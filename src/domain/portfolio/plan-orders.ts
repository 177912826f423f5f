import { Dec, type DecimalString, dec, formatUsd, ZERO } from '../money/decimal.ts';
import { OrderSide } from '../orders/order-state.ts';
import { type Recommendation, RecommendationAction } from '../research/recommendation.ts';

/** An order before it is journaled. `reason` stands with a denied one and names the limit and the value. */
export interface PlannedOrder {
  readonly ticker: string;
  readonly side: OrderSide;
  /** Whole shares but for the closing of a fractional position; 0 when denied. */
  readonly quantity: DecimalString;
  /** The quote that the order was sized with, US dollars a share; 0 if there was none. */
  readonly referencePrice: DecimalString;
  readonly notionalUsd: DecimalString;
  readonly outcome: 'order' | 'denied';
  readonly reason?: string;
}

export interface OrderPlanInput {
  /** Validated recommendations; each ticker stands once. */
  readonly recommendations: readonly Recommendation[];
  readonly cashUsd: DecimalString;
  /** Cash plus positions at market value, which the allocations are percentages of. */
  readonly totalUsd: DecimalString;
  readonly positions: ReadonlyMap<string, { readonly quantity: DecimalString }>;
  /** US dollars a share; a ticker without a quote is denied, not guessed. */
  readonly quotes: ReadonlyMap<string, DecimalString>;
  /** What the broker charges for an order; nothing at the paper broker. */
  readonly commissionPerOrderUsd?: DecimalString;
}

/**
 * Sizes one portfolio's orders: first the SELLs, whose proceeds count, then the BUYs in the order of the
 * recommendations, each as far as the cash that is left goes. Whole shares, no shorting, cash never below zero.
 */
export function planOrders(input: OrderPlanInput): { readonly orders: readonly PlannedOrder[] } {
  const sells = input.recommendations
    .filter((one) => one.action === RecommendationAction.sell)
    .map((one) => planSell(one, input));
  const commission = dec(input.commissionPerOrderUsd ?? ZERO);
  let cash = dec(input.cashUsd);
  for (const sell of sells) if (sell.outcome === 'order') cash = cash.plus(sell.notionalUsd).minus(commission);
  const buys: PlannedOrder[] = [];
  for (const one of input.recommendations.filter((each) => each.action === RecommendationAction.buy)) {
    const buy = planBuy(one, input, Dec.max(cash.minus(commission), ZERO));
    if (buy.outcome === 'order') cash = cash.minus(buy.notionalUsd).minus(commission);
    buys.push(buy);
  }
  return { orders: [...sells, ...buys] };
}

function planSell(recommendation: Recommendation, input: OrderPlanInput): PlannedOrder {
  const { ticker, allocationPercent } = recommendation;
  const price = priceOf(ticker, input);
  const held = dec(input.positions.get(ticker)?.quantity ?? ZERO);
  if (held.lessThanOrEqualTo(0)) {
    return denied(ticker, OrderSide.sell, price, `no position in ${ticker} to sell: 0 shares held, and no short sales`);
  }
  if (price === null) return denied(ticker, OrderSide.sell, null, `no market price for ${ticker}`);
  const percent = dec(allocationPercent);
  if (percent.isZero()) return order(ticker, OrderSide.sell, held, price);
  const wanted = Dec.max(shareCount(percentOfTotal(percent, input), price), 1);
  return order(ticker, OrderSide.sell, Dec.min(wanted, held), price);
}

function planBuy(recommendation: Recommendation, input: OrderPlanInput, spendable: Dec): PlannedOrder {
  const { ticker, allocationPercent } = recommendation;
  const price = priceOf(ticker, input);
  if (price === null) return denied(ticker, OrderSide.buy, null, `no market price for ${ticker}`);
  const budget = percentOfTotal(dec(allocationPercent), input);
  const quantity = shareCount(Dec.min(budget, spendable), price);
  if (quantity.greaterThan(0)) return order(ticker, OrderSide.buy, quantity, price);
  const share = `one share of ${ticker} costs ${formatUsd(price)} USD`;
  const limit = budget.lessThan(price)
    ? `the allocation of ${allocationPercent} % is ${formatUsd(budget)} USD`
    : `the cash left is ${formatUsd(spendable)} USD`;
  return denied(ticker, OrderSide.buy, price, `${limit}, but ${share}`);
}

function percentOfTotal(percent: Dec, input: OrderPlanInput): Dec {
  return dec(input.totalUsd).times(percent).dividedBy(100);
}

function shareCount(amountUsd: Dec, price: Dec): Dec {
  return Dec.max(amountUsd.dividedBy(price).floor(), ZERO);
}

function priceOf(ticker: string, input: OrderPlanInput): Dec | null {
  const quote = input.quotes.get(ticker);
  if (quote === undefined) return null;
  const price = dec(quote);
  if (price.lessThanOrEqualTo(0)) throw new Error(`quote of ${ticker} must be positive, not ${quote}`);
  return price;
}

function order(ticker: string, side: OrderSide, quantity: Dec, price: Dec): PlannedOrder {
  return {
    ticker,
    side,
    quantity: quantity.toFixed(),
    referencePrice: price.toFixed(),
    notionalUsd: quantity.times(price).toFixed(),
    outcome: 'order',
  };
}

function denied(ticker: string, side: OrderSide, price: Dec | null, reason: string): PlannedOrder {
  const referencePrice = price?.toFixed() ?? '0';
  return { ticker, side, quantity: '0', referencePrice, notionalUsd: '0', outcome: 'denied', reason };
}
