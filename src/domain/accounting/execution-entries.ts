import { type Dec, type DecimalString, dec, sum } from '../money/decimal.ts';
import { OrderSide } from '../orders/order-state.ts';
import { assertBalanced, type LedgerEntry, positionAccount, revaluationAccount } from '../portfolio/ledger.ts';
import { type BookedLots, costOf, type LotExecution, type TaxLot } from './lots.ts';

/**
 * The ledger's entries for one execution of `instrument` (its key), booked from `before` to `after` by `bookExecution`:
 * cash moves, the position moves at cost, the result is realised without commission, and the commission is an expense of
 * its own. The sum of a position's entries is always the cost of its lots. Throws if they would not balance.
 */
export function executionEntries(
  instrument: string,
  execution: LotExecution,
  before: readonly TaxLot[],
  after: BookedLots,
): readonly LedgerEntry[] {
  const value = dec(execution.quantity).times(execution.price).times(execution.multiplier);
  const received = execution.side === OrderSide.buy ? value.negated() : value;
  const commission = dec(execution.commissionUsd);
  const gross = sum(after.closed.map((part) => dec(part.proceedsUsd).minus(part.costUsd)));
  return ledgerEntries([
    ['cash', received.minus(commission)],
    ['commission', commission],
    [positionAccount(instrument), dec(costOf(after.lots)).minus(costOf(before))],
    ['realized-pnl', gross.negated()],
  ]);
}

/** A position as a mark values it: signed quantity and cost, and the price of one unit of the underlying. */
export interface MarkedPosition {
  readonly quantity: DecimalString;
  readonly costUsd: DecimalString;
  readonly price: DecimalString;
  readonly multiplier: DecimalString;
}

/** Market value minus cost, US dollars: what the ledger carries as the position's revaluation. */
export function revaluationOf({ quantity, costUsd, price, multiplier }: MarkedPosition): DecimalString {
  return dec(quantity).times(price).times(multiplier).minus(costUsd).toFixed();
}

/**
 * Moves the revaluation of `instrument` (its key) from `revaluationUsd` to what `revaluationOf` says of the position,
 * long, short or closed (quantity and cost zero: it is taken back). Empty if it stands there already.
 */
export function revaluationEntries(
  instrument: string,
  position: MarkedPosition,
  revaluationUsd: DecimalString,
): readonly LedgerEntry[] {
  const change = dec(revaluationOf(position)).minus(revaluationUsd);
  return ledgerEntries([
    [revaluationAccount(instrument), change],
    ['unrealized-pnl', change.negated()],
  ]);
}

/** A commission that is told after its execution, or a rebate where it is negative. Empty for none. */
export function commissionEntries(commissionUsd: DecimalString): readonly LedgerEntry[] {
  const commission = dec(commissionUsd);
  return ledgerEntries([
    ['cash', commission.negated()],
    ['commission', commission],
  ]);
}

/** Entries without the amounts that are zero; proven to balance before they leave. */
export function ledgerEntries(sides: readonly (readonly [string, Dec])[]): readonly LedgerEntry[] {
  const entries = sides
    .filter(([, amount]) => !amount.isZero())
    .map(([ledgerAccount, amount]) => ({ ledgerAccount, amountUsd: amount.toFixed() }));
  assertBalanced(entries);
  return entries;
}
