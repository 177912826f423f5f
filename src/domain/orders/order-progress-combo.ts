import { Dec, type DecimalString, dec, sum } from '../money/decimal.ts';
import { multiplierOf } from './exposure.ts';
import { instrumentKey } from './instrument.ts';
import { AVERAGE_DECIMALS, moveOrder, type OrderProgress, type ProgressStep } from './order-progress.ts';
import { OrderEvent, OrderSide } from './order-state.ts';
import type { Combo } from './ticket.ts';

/** What was traded of one leg, by its instrument's key. */
export interface LegFill {
  readonly instrument: string;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
}

interface LegTotal {
  readonly side: OrderSide;
  readonly ratio: number;
  readonly multiplier: Dec;
  readonly quantity: Dec;
  readonly value: Dec;
}

/**
 * One execution of a leg of a combination, after `earlier` ones. The order has filled as many whole combinations as all
 * legs are there for, so that the first leg moves it to partially filled with nothing filled yet. Their price is the net
 * price in terms of the combination, as its limit price is: what a buyer pays and a seller receives, negative for a
 * credit to the buyer. The instrument must be one of the legs'. Refused if more of the leg would be traded than ordered.
 */
export function applyLegExecution(
  progress: OrderProgress,
  combo: Combo,
  earlier: readonly LegFill[],
  execution: LegFill,
): ProgressStep {
  const legs = totalsOf(combo, [...earlier, execution]);
  const traded = legs.get(execution.instrument);
  if (!traded) return { kind: 'refused', problem: `${execution.instrument} is not a leg of the combination` };
  const ordered = dec(progress.quantity).times(traded.ratio);
  if (traded.quantity.gt(ordered)) {
    const before = traded.quantity.minus(execution.quantity).toFixed();
    const problem = `a fill of ${execution.quantity} after ${before} is more than the ${ordered.toFixed()} ordered of the leg`;
    return { kind: 'refused', problem };
  }
  const whole = Dec.min(...[...legs.values()].map(({ quantity, ratio }) => quantity.dividedToIntegerBy(ratio)));
  const step = moveOrder(progress, whole.equals(progress.quantity) ? OrderEvent.fill : OrderEvent.partialFill);
  if (step.kind === 'refused') return step;
  const averageFillPrice = whole.isZero() ? null : netPrice(combo, [...legs.values()]);
  return { kind: 'applied', progress: { ...step.progress, filledQuantity: whole.toFixed(), averageFillPrice } };
}

function totalsOf(combo: Combo, fills: readonly LegFill[]): ReadonlyMap<string, LegTotal> {
  return new Map(
    combo.legs.map(({ instrument, side, ratio }) => {
      const key = instrumentKey(instrument);
      const own = fills.filter((fill) => fill.instrument === key);
      const total = {
        ...{ side, ratio, multiplier: multiplierOf(instrument) },
        quantity: sum(own.map((fill) => dec(fill.quantity))),
        value: sum(own.map((fill) => dec(fill.quantity).times(fill.price))),
      };
      return [key, total];
    }),
  );
}

/** Of each leg its average; in units of the largest multiplier, as the money of a combination is reckoned. */
function netPrice(combo: Combo, legs: readonly LegTotal[]): DecimalString {
  const parts = legs.map(({ side, ratio, multiplier, quantity, value }) => {
    const part = value.dividedBy(quantity).times(ratio).times(multiplier);
    return side === OrderSide.buy ? part : part.negated();
  });
  return sum(parts).dividedBy(multiplierOf(combo)).toDecimalPlaces(AVERAGE_DECIMALS).toFixed();
}
