import { type Dec, type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';

/**
 * One side of a posting. `ledgerAccount` is one of `cash`, `position:<ticker>` (at cost), `revaluation:<ticker>`
 * (market value above or below cost), `capital`, `realized-pnl`, `unrealized-pnl`, `commission`,
 * `dividend`. Debits are positive,
 * credits negative, in US dollars; the entries of one transaction sum to zero.
 */
export interface LedgerEntry {
  readonly ledgerAccount: string;
  readonly amountUsd: DecimalString;
}

/** Signed sums of the entries per ledger account; accounts at zero are absent. */
export type Balances = ReadonlyMap<string, DecimalString>;

type Amount = DecimalString | Dec;

const CASH = 'cash';
const CAPITAL = 'capital';
const COMMISSION = 'commission';
const REALIZED = 'realized-pnl';
const UNREALIZED = 'unrealized-pnl';
const POSITION_PREFIX = 'position:';
const REVALUATION_PREFIX = 'revaluation:';

/** The share of cost and revaluation that leaves with a partial sell is rounded to a millionth of a dollar, half up. */
const PARTIAL_SELL_DECIMALS = 6;

export const positionAccount = (ticker: string): string => `${POSITION_PREFIX}${ticker}`;
export const revaluationAccount = (ticker: string): string => `${REVALUATION_PREFIX}${ticker}`;

/** Opening or further cash in US dollars, which the owner puts in. Throws unless positive. */
export function depositEntries(amountUsd: Amount): readonly LedgerEntry[] {
  const amount = positive('deposit', amountUsd);
  return balanced([
    [CASH, amount],
    [CAPITAL, amount.negated()],
  ]);
}

/** A bought quantity enters at cost, price times quantity; the commission is an expense of its own. */
export function buyEntries(buy: {
  ticker: string;
  quantity: Amount;
  price: Amount;
  commissionUsd: Amount;
}): readonly LedgerEntry[] {
  const notional = positive('quantity', buy.quantity).times(positive('price', buy.price));
  const commission = notNegative('commission', buy.commissionUsd);
  return balanced([
    [positionAccount(buy.ticker), notional],
    [COMMISSION, commission],
    [CASH, notional.plus(commission).negated()],
  ]);
}

/** What a sold quantity takes along. */
export interface SoldPart {
  readonly costUsd: Dec;
  readonly revaluationUsd: Dec;
}

/**
 * The part of a position's cost (average cost) and of its revaluation that leaves with `quantity`: proportional and
 * rounded to 6 decimals; the last sell takes the rest exactly, so that nothing remains of a closed position.
 * Throws if more is sold than is held.
 */
export function soldPart(
  quantity: Amount,
  position: { quantity: Amount; costUsd: Amount },
  revaluationUsd: Amount,
): SoldPart {
  const sold = positive('quantity', quantity);
  const held = positive('position quantity', position.quantity);
  if (sold.greaterThan(held)) throw new Error(`cannot sell ${sold.toFixed()} of a position of ${held.toFixed()}`);
  const whole = { costUsd: dec(position.costUsd), revaluationUsd: dec(revaluationUsd) };
  if (sold.equals(held)) return whole;
  const share = (amount: Dec) => amount.times(sold).dividedBy(held).toDecimalPlaces(PARTIAL_SELL_DECIMALS);
  return { costUsd: share(whole.costUsd), revaluationUsd: share(whole.revaluationUsd) };
}

/**
 * A sale: proceeds come in, the sold part's cost leaves, the difference is realised profit or loss, and the sold part's
 * revaluation is taken back. Throws if more is sold than is held.
 */
export function sellEntries(sell: {
  ticker: string;
  quantity: Amount;
  price: Amount;
  commissionUsd: Amount;
  position: { quantity: Amount; costUsd: Amount };
  revaluationUsd: Amount;
}): readonly LedgerEntry[] {
  const proceeds = dec(sell.quantity).times(positive('price', sell.price));
  const commission = notNegative('commission', sell.commissionUsd);
  const part = soldPart(sell.quantity, sell.position, sell.revaluationUsd);
  return balanced([
    [CASH, proceeds.minus(commission)],
    [COMMISSION, commission],
    [positionAccount(sell.ticker), part.costUsd.negated()],
    [REALIZED, part.costUsd.minus(proceeds)],
    [revaluationAccount(sell.ticker), part.revaluationUsd.negated()],
    [UNREALIZED, part.revaluationUsd],
  ]);
}

/** Moves a position's revaluation to market value minus cost; empty if it stands there already. */
export function markEntries(mark: {
  ticker: string;
  quantity: Amount;
  costUsd: Amount;
  price: Amount;
  revaluationUsd: Amount;
}): readonly LedgerEntry[] {
  const marketValue = positive('quantity', mark.quantity).times(positive('price', mark.price));
  const change = marketValue.minus(mark.costUsd).minus(mark.revaluationUsd);
  return balanced([
    [revaluationAccount(mark.ticker), change],
    [UNREALIZED, change.negated()],
  ]);
}

/** Throws unless the entries of one transaction sum to zero exactly. */
export function assertBalanced(entries: readonly LedgerEntry[]): void {
  const difference = sum(entries.map((entry) => dec(entry.amountUsd)));
  if (!difference.isZero()) throw new Error(`ledger entries do not balance: they sum to ${difference.toFixed()}`);
}

/** The balances after the entries, as a new map. */
export function applyEntries(balances: Balances, entries: readonly LedgerEntry[]): Balances {
  const after = new Map(balances);
  for (const { ledgerAccount, amountUsd } of entries) {
    const balance = dec(after.get(ledgerAccount) ?? ZERO).plus(amountUsd);
    if (balance.isZero()) after.delete(ledgerAccount);
    else after.set(ledgerAccount, balance.toFixed());
  }
  return after;
}

export function cashOf(balances: Balances): DecimalString {
  return balances.get(CASH) ?? '0';
}

/** Positions at market value as the ledger carries them: cost plus revaluation, in US dollars. */
export function positionsOf(balances: Balances): DecimalString {
  const held = [...balances].filter(([account]) => /^(position|revaluation):/.test(account));
  return sum(held.map(([, amount]) => dec(amount))).toFixed();
}

/** Cash plus positions at market value, in US dollars. */
export function totalOf(balances: Balances): DecimalString {
  return dec(cashOf(balances)).plus(positionsOf(balances)).toFixed();
}

/** Entries without the zero amounts; proven to balance before they leave. */
function balanced(sides: readonly (readonly [string, Dec])[]): readonly LedgerEntry[] {
  const entries = sides
    .filter(([, amount]) => !amount.isZero())
    .map(([ledgerAccount, amount]) => ({ ledgerAccount, amountUsd: amount.toFixed() }));
  assertBalanced(entries);
  return entries;
}

function positive(what: string, value: Amount): Dec {
  const amount = dec(value);
  if (amount.lessThanOrEqualTo(0)) throw new Error(`${what} must be positive, not ${amount.toFixed()}`);
  return amount;
}

function notNegative(what: string, value: Amount): Dec {
  const amount = dec(value);
  if (amount.lessThan(0)) throw new Error(`${what} must not be negative, but is ${amount.toFixed()}`);
  return amount;
}
