import { type DecimalString, dec } from '../money/decimal.ts';
import type { Difference } from '../orders/compare-books.ts';
import { type CorporateAction, describeAction } from './corporate-actions.ts';

/** A corporate action of a share that we hold, and how many of it. */
export interface HeldAction {
  readonly symbol: string;
  readonly quantity: DecimalString;
  readonly action: CorporateAction;
}

/** Brokers round each payment, and pay less where a tax is withheld: what differs by more is something else. */
const CENT = '0.01';

/**
 * The corporate action that accounts for a difference with a broker, which adjusts positions and cash by itself: a split
 * that makes his position out of ours, or a dividend of just the cash that he has more. Null where none does.
 */
export function explainDifference(difference: Difference, actions: readonly HeldAction[]): string | null {
  const found = actions.find((one) =>
    one.action.kind === 'split' ? isSplit(difference, one) : isPaid(difference, one),
  );
  if (found === undefined) return null;
  return `${describeAction(found.action)} of ${found.symbol}, ex ${found.action.exDate}, accounts for it: the broker has booked it, our books have not`;
}

function isSplit({ kind, what, ours, theirs }: Difference, { symbol, action }: HeldAction): boolean {
  if (action.kind !== 'split' || kind !== 'position' || what !== symbol) return false;
  const { to, from } = action.ratio;
  // Fractions are paid out.
  return dec(ours).times(to).dividedBy(from).trunc().equals(dec(theirs).trunc());
}

function isPaid({ kind, ours, theirs }: Difference, { quantity, action }: HeldAction): boolean {
  if (action.kind !== 'dividend' || kind !== 'cash') return false;
  return dec(theirs).minus(ours).minus(dec(quantity).times(action.perShareUsd)).abs().lte(CENT);
}
