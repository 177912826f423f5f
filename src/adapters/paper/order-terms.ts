import type { MarketDate } from '../../domain/market/market-date.ts';
import { Dec, type DecimalString, dec } from '../../domain/money/decimal.ts';
import { type OrderSpec, OrderType } from '../../domain/orders/order.ts';
import { PLAIN_DECIMAL } from '../../domain/orders/order-problem.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import {
  incrementAt,
  type PriceGridFacts,
  type PriceSteps,
  priceStepsOf,
  type RoundingMode,
  roundToIncrement,
} from '../../domain/orders/price-increment.ts';
import { validateOrder } from '../../domain/orders/validate-order.ts';
import { orderInvalid } from './failures.ts';

type Terms = Pick<OrderSpec, 'limitPrice' | 'stopPrice' | 'trailAmount'>;

/**
 * The order with its prices on the grid, as our IBKR orders are written: a limit never worse than asked, a trigger the
 * nearest. Throws ORDER_INVALID with every problem that is left.
 */
export function termsOnGrid<T extends OrderSpec>(order: T, name: string, asOf: MarketDate, grid: PriceGridFacts): T {
  const onGrid = { ...order, ...pricesOnGrid(order, priceStepsOf(order.tradable, grid)) };
  const problems = validateOrder(onGrid, name, { asOf, grid });
  if (problems.length > 0) throw orderInvalid(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return { ...onGrid, quantity: dec(order.quantity).toFixed() };
}

function pricesOnGrid({ side, limitPrice, stopPrice, trailAmount }: OrderSpec, steps: PriceSteps): Terms {
  const notWorse = side === OrderSide.buy ? 'down' : 'up';
  return {
    ...(limitPrice === undefined ? {} : { limitPrice: onGrid(limitPrice, steps, notWorse) }),
    ...(stopPrice === undefined ? {} : { stopPrice: onGrid(stopPrice, steps, 'nearest') }),
    ...(trailAmount === undefined ? {} : { trailAmount: trailOnGrid(trailAmount, steps) }),
  };
}

/** What is no price stays as it is, for the validation to name. */
function onGrid(price: DecimalString, steps: PriceSteps, mode: RoundingMode): DecimalString {
  return PLAIN_DECIMAL.test(price) ? dec(roundToIncrement(price, steps, mode)).toFixed() : price;
}

/** An offset of less than half an increment would round to none at all: the stop would trigger at once. */
function trailOnGrid(amount: DecimalString, steps: PriceSteps): DecimalString {
  if (!PLAIN_DECIMAL.test(amount) || !dec(amount).gt(0)) return amount;
  return Dec.max(onGrid(amount, steps, 'nearest'), incrementAt(amount, steps)).toFixed();
}

const LIMITED: readonly OrderType[] = [OrderType.limit, OrderType.stopLimit];
const STOPPED: readonly OrderType[] = [OrderType.stop, OrderType.stopLimit];

export interface OrderChange {
  readonly limitPrice?: DecimalString;
  readonly stopPrice?: DecimalString;
  readonly quantity?: DecimalString;
}

/** The order with the change; throws ORDER_INVALID, also where its type has no such price. */
export function changedTerms<T extends OrderSpec>(
  order: T,
  name: string,
  change: OrderChange,
  asOf: MarketDate,
  grid: PriceGridFacts,
): T {
  const { limitPrice, stopPrice, quantity } = change;
  if (limitPrice !== undefined && !LIMITED.includes(order.type))
    throw orderInvalid(`${name}.limitPrice: a ${order.type} order has none`);
  if (stopPrice !== undefined && !STOPPED.includes(order.type))
    throw orderInvalid(`${name}.stopPrice: a ${order.type} order has none`);
  const changed = {
    ...order,
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(stopPrice === undefined ? {} : { stopPrice }),
    ...(quantity === undefined ? {} : { quantity }),
  };
  return termsOnGrid(changed, name, asOf, grid);
}
