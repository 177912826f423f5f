import { Dec, type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';
import { OrderSide } from '../orders/order-state.ts';

/** What is left of one opening execution of an instrument. */
export interface TaxLot {
  /** The execution that opened it. */
  readonly execId: string;
  /** Signed units: a short lot's are negative. */
  readonly quantity: DecimalString;
  /** What the units cost without commission, US dollars; of a short lot negative: what was received for them. */
  readonly costUsd: DecimalString;
  /** The part of the opening commission that has not been realised. */
  readonly commissionUsd: DecimalString;
}

/** One execution of an instrument as the broker reported it, with what it cost. */
export interface LotExecution {
  readonly execId: string;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  /** US dollars per unit of the underlying; zero for an option that expired worthless. */
  readonly price: DecimalString;
  /** Units of the underlying per unit: 1 for a share. */
  readonly multiplier: DecimalString;
  readonly commissionUsd: DecimalString;
}

/** A part of a lot that an execution closed. */
export interface ClosedPart {
  readonly openedBy: string;
  readonly closedBy: string;
  /** Units, without sign. */
  readonly quantity: DecimalString;
  /** Signed as the lot's: what was paid for the part, negative what was received. */
  readonly costUsd: DecimalString;
  /** Signed the other way: what closing a long part brought in; negative what closing a short part cost. */
  readonly proceedsUsd: DecimalString;
  /** Its shares of the opening and the closing commission. */
  readonly commissionUsd: DecimalString;
  /** Proceeds minus cost minus commission. */
  readonly realizedUsd: DecimalString;
}

export interface BookedLots {
  /** Oldest first; all long, or all short. */
  readonly lots: readonly TaxLot[];
  readonly closed: readonly ClosedPart[];
  readonly realizedUsd: DecimalString;
}

/** The share of cost or commission that leaves with a part is rounded to this; the rest stays with what remains. */
const SHARE_DECIMALS = 6;

/**
 * Books one execution by first in, first out: it closes opposite lots, oldest first, and opens one with what is left,
 * so that a position may flip through zero. Commissions belong to the units they were paid for. No cent is lost to
 * rounding: the last part takes the rest. A commission that is told later is booked by `bookCommission`.
 * Throws on a quantity that is not positive, a multiplier that is not, or a negative price.
 */
export function bookExecution(lots: readonly TaxLot[], execution: LotExecution): BookedLots {
  const quantity = dec(execution.quantity);
  const price = dec(execution.price);
  const multiplier = dec(execution.multiplier);
  if (!quantity.gt(0) || !multiplier.gt(0) || price.lt(0)) {
    throw new Error(`execution ${execution.execId} has no quantity, multiplier or price that can be booked`);
  }
  const direction = execution.side === OrderSide.buy ? 1 : -1;
  const value = price.times(multiplier);
  const closed: ClosedPart[] = [];
  const left: TaxLot[] = [];
  let open = quantity;
  let commission = dec(execution.commissionUsd);
  for (const lot of lots) {
    if (open.isZero() || dec(lot.quantity).times(direction).gt(0)) {
      left.push(lot);
      continue;
    }
    const units = Dec.min(open, dec(lot.quantity).abs());
    const closingCommission = shareOf(commission, units, open);
    const { part, rest } = splitLot(lot, units);
    closed.push(closePart(part, execution.execId, units.times(value).times(-direction), closingCommission));
    if (rest) left.push(rest);
    open = open.minus(units);
    commission = commission.minus(closingCommission);
  }
  if (open.gt(0)) left.push(openLot(execution.execId, open.times(direction), value, commission));
  return { lots: left, closed, realizedUsd: sum(closed.map((one) => dec(one.realizedUsd))).toFixed() };
}

/** Books executions one after the other, from no position. */
export function bookExecutions(executions: readonly LotExecution[]): BookedLots {
  return executions.reduce<BookedLots>(
    (before, execution) => {
      const after = bookExecution(before.lots, execution);
      return {
        lots: after.lots,
        closed: [...before.closed, ...after.closed],
        realizedUsd: dec(before.realizedUsd).plus(after.realizedUsd).toFixed(),
      };
    },
    { lots: [], closed: [], realizedUsd: '0' },
  );
}

/**
 * Books a commission that is told after its execution was booked. The lot that the execution opened gets the part of the
 * units that are left of it; the rest is realised with the units that are gone. Units and costs stay as they are, so that
 * it does not matter what happened to the lots in between, a split included.
 */
export function bookCommission(
  lots: readonly TaxLot[],
  execution: Pick<LotExecution, 'execId' | 'quantity' | 'commissionUsd'>,
): readonly TaxLot[] {
  const executed = dec(execution.quantity);
  return lots.map((lot) => {
    if (lot.execId !== execution.execId) return lot;
    const left = Dec.min(dec(lot.quantity).abs(), executed);
    const share = shareOf(dec(execution.commissionUsd), left, executed);
    return { ...lot, commissionUsd: dec(lot.commissionUsd).plus(share).toFixed() };
  });
}

/** Signed units of all lots. */
export function positionOf(lots: readonly TaxLot[]): DecimalString {
  return sum(lots.map((lot) => dec(lot.quantity))).toFixed();
}

/** Signed cost of all lots without commission, US dollars: what the ledger carries as the position. */
export function costOf(lots: readonly TaxLot[]): DecimalString {
  return sum(lots.map((lot) => dec(lot.costUsd))).toFixed();
}

/** What closing all lots at `price` would bring, after the commissions paid for opening them, US dollars. */
export function unrealized(lots: readonly TaxLot[], price: DecimalString, multiplier: DecimalString): DecimalString {
  const value = dec(positionOf(lots)).times(price).times(multiplier);
  const commissions = sum(lots.map((lot) => dec(lot.commissionUsd)));
  return value.minus(costOf(lots)).minus(commissions).toFixed();
}

/** Takes `units` (at most the lot's) out of a lot, with their shares of its cost and commission; null where none is left. */
export function splitLot(lot: TaxLot, units: Dec): { readonly part: TaxLot; readonly rest: TaxLot | null } {
  const quantity = dec(lot.quantity);
  const size = quantity.abs();
  if (units.equals(size)) return { part: lot, rest: null };
  const signed = quantity.gt(0) ? units : units.negated();
  const cost = shareOf(dec(lot.costUsd), units, size);
  const commission = shareOf(dec(lot.commissionUsd), units, size);
  const amounts = (count: Dec, costUsd: Dec, commissionUsd: Dec): TaxLot => ({
    execId: lot.execId,
    quantity: count.toFixed(),
    costUsd: costUsd.toFixed(),
    commissionUsd: commissionUsd.toFixed(),
  });
  return {
    part: amounts(signed, cost, commission),
    rest: amounts(quantity.minus(signed), dec(lot.costUsd).minus(cost), dec(lot.commissionUsd).minus(commission)),
  };
}

/** The realised result of a whole lot that is given away for `proceeds`, negative where closing costs. */
export function closePart(lot: TaxLot, closedBy: string, proceeds: Dec, closingCommission: Dec = ZERO): ClosedPart {
  const commission = closingCommission.plus(lot.commissionUsd);
  return {
    openedBy: lot.execId,
    closedBy,
    quantity: dec(lot.quantity).abs().toFixed(),
    costUsd: lot.costUsd,
    proceedsUsd: proceeds.toFixed(),
    commissionUsd: commission.toFixed(),
    realizedUsd: proceeds.minus(lot.costUsd).minus(commission).toFixed(),
  };
}

function openLot(execId: string, quantity: Dec, value: Dec, commission: Dec): TaxLot {
  const costUsd = quantity.times(value).toFixed();
  return { execId, quantity: quantity.toFixed(), costUsd, commissionUsd: commission.toFixed() };
}

/** `amount × part / whole`, rounded; the whole amount for the whole. */
function shareOf(amount: Dec, part: Dec, whole: Dec): Dec {
  return part.equals(whole) ? amount : amount.times(part).dividedBy(whole).toDecimalPlaces(SHARE_DECIMALS);
}
