import { type Dec, dec } from '../money/decimal.ts';

/** One mistake of an order or ticket: where, as `orders[2].limitPrice`, and what is wrong, in words for its author. */
export interface OrderProblem {
  readonly path: string;
  readonly message: string;
}

/** Plain notation with bounded digits: `NaN`, `Infinity`, `1e9` and a text that would take long to compute with are none. */
export const PLAIN_DECIMAL = /^-?\d{1,15}(\.\d{1,12})?$/;

/** The decimal, or null after noting that the text is none. */
export function decimalAt(text: string, path: string, problems: OrderProblem[]): Dec | null {
  if (PLAIN_DECIMAL.test(text)) return dec(text);
  problems.push({ path, message: `${quoted(text)} is not a decimal number of at most 15 digits before the point` });
  return null;
}

/** The decimal where it is above zero, or null after noting that it is not. */
export function positiveAt(text: string, path: string, problems: OrderProblem[]): Dec | null {
  const value = decimalAt(text, path, problems);
  if (value === null || value.gt(0)) return value;
  problems.push({ path, message: `must be above 0, not ${text}` });
  return null;
}

/** What somebody wrote, in quotes and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(String(text).slice(0, 40));
}

/** `entry` and `limitPrice` give `entry.limitPrice`; without a prefix the field alone. */
export function pathOf(prefix: string, field: string): string {
  return prefix === '' ? field : `${prefix}.${field}`;
}
