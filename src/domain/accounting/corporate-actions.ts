import type { MarketDate } from '../market/market-date.ts';
import { Dec, type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';
import { type LedgerEntry, positionAccount, revaluationAccount } from '../portfolio/ledger.ts';
import { ledgerEntries } from './execution-entries.ts';
import { type ClosedPart, closePart, costOf, positionOf, splitLot, type TaxLot } from './lots.ts';

/** A split of `to` new shares for `from` old ones: 4 for 1, or 1 for 10 of a reverse split. */
export interface SplitRatio {
  readonly to: number;
  readonly from: number;
}

/** What a company does to its shares: whoever holds them at the last close before `exDate` has it. */
export type CorporateAction =
  | { readonly kind: 'split'; readonly exDate: MarketDate; readonly ratio: SplitRatio }
  | { readonly kind: 'dividend'; readonly exDate: MarketDate; readonly perShareUsd: DecimalString };

/** A corporate action of a symbol, with the price of a share at the close of its ex-date, on which it is booked. */
export interface DueAction {
  readonly symbol: string;
  readonly action: CorporateAction;
  readonly priceUsd: DecimalString;
}

/** `split 2 for 1`, `dividend of $0.08 a share`. */
export function describeAction(action: CorporateAction): string {
  if (action.kind === 'split') return `split ${action.ratio.to} for ${action.ratio.from}`;
  return `dividend of $${action.perShareUsd} a share`;
}

export interface SplitResult {
  readonly lots: readonly TaxLot[];
  /** Paid in lieu of the fraction of a share, US dollars in whole cents; negative where a short position pays it. */
  readonly cashInLieuUsd: DecimalString;
  readonly closed: readonly ClosedPart[];
  readonly entries: readonly LedgerEntry[];
}

/** Units of the new shares are kept to this; a third of a share has no exact decimal. */
const UNIT_DECIMALS = 12;

/**
 * A split of a share: every lot's units are scaled and its cost stays, and the fraction of a share that the position as
 * a whole comes to is cashed out of the oldest lots at `cashInLieuPrice`, US dollars per new share. Nothing is realised
 * but on that fraction. `revaluationUsd` is what the ledger carries above cost; it is taken back where nothing is left
 * of the position, and otherwise the next mark moves it. Options are adjusted by the clearing house in ways of their
 * own: not this. Throws unless both numbers of the ratio are whole and positive and the price is not negative.
 */
export function applySplit(split: {
  readonly key: string;
  readonly symbol: string;
  readonly lots: readonly TaxLot[];
  readonly ratio: SplitRatio;
  readonly cashInLieuPrice: DecimalString;
  readonly revaluationUsd?: DecimalString;
}): SplitResult {
  const { key, symbol, lots, ratio } = split;
  const price = dec(split.cashInLieuPrice);
  const isRatio = [ratio.to, ratio.from].every((one) => Number.isSafeInteger(one) && one > 0);
  if (!isRatio || price.lt(0)) throw new Error(`not a split: ${ratio.to} for ${ratio.from} at ${price.toFixed()}`);
  const scaled = scaleLots(lots, ratio);
  const total = dec(positionOf(scaled));
  const fraction = total.minus(total.trunc());
  const cash = fraction.times(price).toDecimalPlaces(2);
  const { kept, closed } = cashOut(scaled, fraction.abs(), key, cash);
  const isClosed = kept.length === 0;
  const revaluation = isClosed ? dec(split.revaluationUsd ?? ZERO) : ZERO;
  const gross = sum(closed.map((part) => dec(part.proceedsUsd).minus(part.costUsd)));
  return {
    lots: kept,
    cashInLieuUsd: cash.toFixed(),
    closed,
    entries: ledgerEntries([
      ['cash', cash],
      [positionAccount(symbol), dec(costOf(kept)).minus(costOf(lots))],
      ['realized-pnl', gross.negated()],
      [revaluationAccount(symbol), revaluation.negated()],
      ['unrealized-pnl', revaluation],
    ]),
  };
}

/** The last lot takes what rounding leaves, so that the lots come to the scaled position exactly. */
function scaleLots(lots: readonly TaxLot[], { to, from }: SplitRatio): readonly TaxLot[] {
  const scale = (units: Dec) => units.times(to).dividedBy(from).toDecimalPlaces(UNIT_DECIMALS, Dec.ROUND_DOWN);
  let left = scale(dec(positionOf(lots)));
  return lots.map((lot, index) => {
    const units = index === lots.length - 1 ? left : scale(dec(lot.quantity));
    left = left.minus(units);
    return { ...lot, quantity: units.toFixed() };
  });
}

/** Gives `units` away out of the oldest lots; the last part takes what is left of the cash. */
function cashOut(
  lots: readonly TaxLot[],
  units: Dec,
  closedBy: string,
  cash: Dec,
): { readonly kept: readonly TaxLot[]; readonly closed: readonly ClosedPart[] } {
  const kept: TaxLot[] = [];
  const closed: ClosedPart[] = [];
  let unitsLeft = units;
  let cashLeft = cash;
  for (const lot of lots) {
    const taken = Dec.min(unitsLeft, dec(lot.quantity).abs());
    if (taken.isZero()) {
      kept.push(lot);
      continue;
    }
    const { part, rest } = splitLot(lot, taken);
    const proceeds = taken.equals(unitsLeft) ? cashLeft : cashLeft.times(taken).dividedBy(unitsLeft).toDecimalPlaces(2);
    closed.push(closePart(part, closedBy, proceeds));
    if (rest) kept.push(rest);
    unitsLeft = unitsLeft.minus(taken);
    cashLeft = cashLeft.minus(proceeds);
  }
  return { kept, closed };
}

/**
 * A cash dividend on what was held before the ex-dividend day: a long position receives it, a short one pays it to the
 * lender of the shares; US dollars, rounded to cents half up. Throws on a negative amount per share.
 */
export function cashDividend(
  lots: readonly TaxLot[],
  perShareUsd: DecimalString,
): { readonly amountUsd: DecimalString; readonly entries: readonly LedgerEntry[] } {
  const perShare = dec(perShareUsd);
  if (perShare.lt(0)) throw new Error(`a dividend is not negative, but ${perShare.toFixed()}`);
  const amount = dec(positionOf(lots)).times(perShare).toDecimalPlaces(2);
  const entries = ledgerEntries([
    ['cash', amount],
    ['dividend', amount.negated()],
  ]);
  return { amountUsd: amount.toFixed(), entries };
}
