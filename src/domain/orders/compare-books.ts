import { type Dec, type DecimalString, dec, ZERO } from '../money/decimal.ts';

/** What two books of one account say, in the terms that both have. */
export interface ComparableBooks {
  /** By instrument key, signed; instruments that are not held are absent. */
  readonly positions: ReadonlyMap<string, DecimalString>;
  readonly cashUsd: DecimalString;
  /** References of the orders that may still trade. */
  readonly openOrderRefs: ReadonlySet<string>;
}

/** A point in which our journal and the broker disagree. */
export interface Difference {
  readonly kind: 'position' | 'cash' | 'order_only_here' | 'order_only_there';
  /** The instrument, the order's reference, or `cash`. */
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
  /** What accounts for it, where that is known. */
  readonly explanation?: string;
}

/** Brokers round to the cent where we keep all digits. */
const CASH_TOLERANCE_USD = '0.01';

/** All differences between our books and the broker's; none proves that both agree. */
export function compareBooks(ours: ComparableBooks, theirs: ComparableBooks): readonly Difference[] {
  const instruments = [...new Set([...ours.positions.keys(), ...theirs.positions.keys()])].sort();
  const differences: Difference[] = instruments.flatMap((what) => {
    const [here, there] = [ours.positions.get(what) ?? '0', theirs.positions.get(what) ?? '0'];
    return dec(here).equals(there) ? [] : [{ kind: 'position', what, ours: here, theirs: there }];
  });
  if (dec(ours.cashUsd).minus(theirs.cashUsd).abs().gt(CASH_TOLERANCE_USD)) {
    differences.push({ kind: 'cash', what: 'cash', ours: ours.cashUsd, theirs: theirs.cashUsd });
  }
  for (const what of ours.openOrderRefs) {
    if (theirs.openOrderRefs.has(what)) continue;
    differences.push({ kind: 'order_only_here', what, ours: 'working', theirs: 'not working' });
  }
  for (const what of theirs.openOrderRefs) {
    if (ours.openOrderRefs.has(what)) continue;
    differences.push({ kind: 'order_only_there', what, ours: 'over', theirs: 'working' });
  }
  return differences;
}

/**
 * Those differences of the second of two comparisons that the first found, too, by the same amount. While orders trade, the
 * broker's word is a moment older than ours, and what has traded since is a difference of another amount each time.
 */
export function lastingDifferences(before: readonly Difference[], after: readonly Difference[]): readonly Difference[] {
  const amounts = new Map(before.map((one) => [`${one.kind} ${one.what}`, amountOf(one)]));
  return after.filter((one) => {
    const amount = amounts.get(`${one.kind} ${one.what}`);
    return amount?.minus(amountOf(one)).abs().lte(CASH_TOLERANCE_USD) ?? false;
  });
}

/** By how much we have more; of an order, which is here or there as a whole, zero. */
function amountOf({ kind, ours, theirs }: Difference): Dec {
  return kind === 'position' || kind === 'cash' ? dec(ours).minus(theirs) : ZERO;
}

/** A difference in words: `position KO: 10 here, 12 at the broker`. */
export function describeDifference({ kind, what, ours, theirs, explanation }: Difference): string {
  const subject = kind === 'position' ? `position ${what}` : kind === 'cash' ? 'cash, US dollars' : `order ${what}`;
  const why = explanation === undefined ? '' : ` (${explanation})`;
  return `${subject}: ${ours} here, ${theirs} at the broker${why}`;
}
