import { Decimal } from 'decimal.js';

/** One private constructor for the whole house, so that nobody's global settings change how money is rounded. */
export const Dec = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -30, toExpPos: 30 });
export type Dec = Decimal;

/** A decimal as it crosses a boundary (JSON, SQL numeric, workflow payloads): plain notation, never a float. */
export type DecimalString = string;

export const ZERO: Dec = new Dec(0);

/** Exact decimal from its string form. Throws on anything that is not a finite number. */
export function dec(value: DecimalString | number | Dec): Dec {
  const parsed = new Dec(value);
  if (!parsed.isFinite()) throw new Error(`not a finite decimal: ${String(value)}`);
  return parsed;
}

/** Sum of decimals; the empty sum is zero. */
export function sum(values: readonly Dec[]): Dec {
  return values.reduce((total, value) => total.plus(value), ZERO);
}

/** US dollars for people: two decimals, thousands separated, e.g. `100,000.00`. Rounds half up; never used to compute. */
export function formatUsd(value: Dec | DecimalString): string {
  const [whole = '0', cents = '00'] = dec(value).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

/** Exact dollars for programs: plain notation, at least two decimals. */
export function usdString(amount: Dec | DecimalString): DecimalString {
  const exact = dec(amount);
  return exact.toFixed(Math.max(2, exact.decimalPlaces()));
}
