import { type Dec, type DecimalString, dec } from '../money/decimal.ts';

/**
 * A share price in US dollars on the exchange's price grid, rounded half up: whole cents, and hundredths of a cent
 * below one dollar (SEC Rule 612). At least two decimals are written. Throws where the price is not positive or the
 * grid has no positive price for it.
 */
export function toPriceGrid(price: DecimalString | number | Dec): DecimalString {
  const exact = dec(price);
  const rounded = exact.toDecimalPlaces(exact.gte(1) ? 2 : 4);
  if (!rounded.gt(0)) throw new Error(`not a price on the grid: ${exact.toString()}`);
  return rounded.toFixed(Math.max(2, rounded.decimalPlaces()));
}
