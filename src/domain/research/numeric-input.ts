import { Dec } from '../money/decimal.ts';

/** Digits with or without thousands separators; `12,50` is ambiguous between continents and so refused. */
const NUMERAL = /^[+-]?(?:\d{1,20}|\d{1,3}(?:,\d{3}){1,6})(?:\.\d{1,20})?$/;

/** Which sign a number may carry. A stop loss of "8%" must not become 8 dollars, so each field allows only its own. */
export type NumericUnit = 'usd' | 'percent';

/**
 * The exact decimal of a number as models write it: a finite JSON number (by its shortest decimal form) or a string like
 * `12.50`, `$1,234.50` (usd) or `12 %` (percent). Null for anything else.
 */
export function readNumber(value: unknown, unit: NumericUnit): Dec | null {
  if (typeof value === 'number') return Number.isFinite(value) ? new Dec(value) : null;
  if (typeof value !== 'string' || value.length > 60) return null;
  const text = value.trim();
  const bare = unit === 'usd' ? text.replace(/^\$\s*/, '') : text.replace(/\s*%$/, '');
  return NUMERAL.test(bare) ? new Dec(bare.replaceAll(',', '').replace(/^\+/, '')) : null;
}
