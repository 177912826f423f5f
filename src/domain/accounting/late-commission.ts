import { dec, sum } from '../money/decimal.ts';
import { bookCommission, type ClosedPart, type LotExecution, type TaxLot } from './lots.ts';

/** Shares are rounded to this; the last part takes the rest. */
const SHARE_DECIMALS = 6;

type Charged = Pick<ClosedPart, 'quantity' | 'commissionUsd'>;

/**
 * Gives every part of an execution its share of a commission that is told after it: the lot that the execution opened for
 * the units that are left of it, and the rest, by their units, to the parts that it closed or that were closed of its lot.
 * Lots and parts together get the whole commission, to the last digit, wherever there are any.
 */
export function spreadCommission<Part extends Charged>(
  opened: readonly TaxLot[],
  closed: readonly Part[],
  execution: Pick<LotExecution, 'execId' | 'quantity' | 'commissionUsd'>,
): { readonly lots: readonly TaxLot[]; readonly closed: readonly Part[] } {
  const lots = bookCommission(opened, execution);
  const charged = (all: readonly { readonly commissionUsd: string }[]) => sum(all.map((one) => dec(one.commissionUsd)));
  let left = dec(execution.commissionUsd).minus(charged(lots).minus(charged(opened)));
  if (closed.length === 0) {
    // A reverse split leaves fewer units than were bought: they carry all of it.
    const whole = lots.map((lot, index) =>
      index === 0 ? { ...lot, commissionUsd: dec(lot.commissionUsd).plus(left).toFixed() } : lot,
    );
    return { lots: whole, closed };
  }
  let units = sum(closed.map((part) => dec(part.quantity)));
  const parts = closed.map((part, index) => {
    const isLast = index === closed.length - 1;
    const share = isLast ? left : left.times(part.quantity).dividedBy(units).toDecimalPlaces(SHARE_DECIMALS);
    left = left.minus(share);
    units = units.minus(part.quantity);
    return { ...part, commissionUsd: dec(part.commissionUsd).plus(share).toFixed() };
  });
  return { lots, closed: parts };
}
