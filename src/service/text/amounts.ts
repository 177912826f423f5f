import { type Dec, type DecimalString, dec, formatUsd } from '../../domain/money/decimal.ts';

/** A share price for people: cents, and hundredths of a cent below a dollar. */
export function formatPrice(price: Dec | DecimalString): string {
  const exact = dec(price);
  return exact.abs().lt(1) && exact.decimalPlaces() > 2 ? exact.toFixed(4) : formatUsd(exact);
}

/** A number of shares for people, e.g. `1,250`; fractions only where there are any. */
export function formatQuantity(quantity: Dec | DecimalString): string {
  const [whole = '0', fraction] = dec(quantity).toFixed().split('.');
  return withThousands(whole) + (fraction === undefined ? '' : `.${fraction}`);
}

/** A whole count for people, e.g. `12,345`. */
export function formatCount(count: number): string {
  return withThousands(String(count));
}

/** A percentage with its sign, e.g. `+8.12`; the unit stands in the head. Null is a dash. */
export function formatSignedPercent(percent: Dec | DecimalString | null): string {
  if (percent === null) return '–';
  const rounded = dec(percent).toDecimalPlaces(2);
  return `${rounded.gt(0) ? '+' : ''}${rounded.plus(0).toFixed(2)}`;
}

/** Dollars of LLM calls, which are often less than a cent: four decimals. */
export function formatCostUsd(cost: Dec | DecimalString): string {
  const [whole = '0', fraction = '0000'] = dec(cost).toFixed(4).split('.');
  return `${withThousands(whole)}.${fraction}`;
}

function withThousands(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}
