import { assertNever } from '../assert-never.ts';
import { type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';
import { OrderSide } from '../orders/order-state.ts';
import {
  applyEntries,
  type Balances,
  buyEntries,
  cashOf,
  type LedgerEntry,
  markEntries,
  positionAccount,
  revaluationAccount,
  sellEntries,
  totalOf,
} from './ledger.ts';

/** A holding at average cost. */
export interface Holding {
  readonly quantity: DecimalString;
  readonly costUsd: DecimalString;
}

/** One execution as the broker reported it. */
export interface Fill {
  readonly execId: string;
  readonly ticker: string;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  readonly commissionUsd: DecimalString;
}

/** A ledger transaction to be booked. `key` is unique within its settlement: `fill/<execId>` or `mark/<ticker>`. */
export interface LedgerTransaction {
  readonly key: string;
  readonly ticker: string;
  readonly memo: string;
  readonly entries: readonly LedgerEntry[];
  readonly executionId?: string;
}

export interface ValuedPosition extends Holding {
  readonly ticker: string;
  readonly marketPrice: DecimalString;
}

/** The books after a settlement; `totalUsd` is cash plus Σ quantity × price, exactly. */
export interface SettledBooks {
  readonly transactions: readonly LedgerTransaction[];
  readonly balances: Balances;
  /** By ticker; a closed position is absent. */
  readonly positions: readonly ValuedPosition[];
  readonly cashUsd: DecimalString;
  readonly positionsUsd: DecimalString;
  readonly totalUsd: DecimalString;
}

export interface BooksBefore {
  readonly balances: Balances;
  readonly positions: ReadonlyMap<string, Holding>;
  /** US dollars a share, for every ticker that is held afterwards. */
  readonly quotes: ReadonlyMap<string, DecimalString>;
}

/**
 * Books fills and marks what is then held: one transaction per execution, one more per position whose value moved.
 * Throws, and so books nothing, if ledger and positions disagree, an execution stands twice, more is sold than is held,
 * a held ticker has no quote, or cash would end below zero.
 */
export function settleFills(input: BooksBefore & { readonly fills: readonly Fill[] }): SettledBooks {
  assertAgreement(input.balances, input.positions);
  const execIds = new Set(input.fills.map((fill) => fill.execId));
  if (execIds.size !== input.fills.length) throw new Error('an execution stands twice among the fills');
  const holdings = new Map(input.positions);
  const transactions: LedgerTransaction[] = [];
  let balances = input.balances;
  for (const fill of input.fills) {
    const entries = fillEntries(fill, holdings.get(fill.ticker), balances);
    balances = applyEntries(balances, entries);
    moveHolding(holdings, fill, balances);
    transactions.push({
      key: `fill/${fill.execId}`,
      ticker: fill.ticker,
      memo: `${fill.side} ${fill.quantity} ${fill.ticker} at ${fill.price}`,
      entries,
      executionId: fill.execId,
    });
  }
  if (dec(cashOf(balances)).lessThan(0)) throw new Error(`cash would end at ${cashOf(balances)} US dollars`);
  const marked = markToMarket({ balances, positions: holdings, quotes: input.quotes });
  return { ...marked, transactions: [...transactions, ...marked.transactions] };
}

/** Values every position at its quote: one transaction per position whose value moved since it was last marked. */
export function markToMarket(input: BooksBefore): SettledBooks {
  assertAgreement(input.balances, input.positions);
  const transactions: LedgerTransaction[] = [];
  const positions: ValuedPosition[] = [];
  let balances = input.balances;
  for (const [ticker, holding] of [...input.positions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const price = input.quotes.get(ticker);
    if (price === undefined) throw new Error(`no quote for the position in ${ticker}`);
    const revaluationUsd = balances.get(revaluationAccount(ticker)) ?? '0';
    const entries = markEntries({ ticker, ...holding, price, revaluationUsd });
    balances = applyEntries(balances, entries);
    positions.push({ ticker, quantity: holding.quantity, costUsd: holding.costUsd, marketPrice: price });
    if (entries.length > 0) {
      transactions.push({ key: `mark/${ticker}`, ticker, memo: `mark ${ticker} at ${price}`, entries });
    }
  }
  const positionsUsd = sum(positions.map((one) => dec(one.quantity).times(one.marketPrice)));
  const totalUsd = positionsUsd.plus(cashOf(balances));
  if (!totalUsd.equals(totalOf(balances))) {
    throw new Error(`the ledger's total ${totalOf(balances)} is not cash plus positions, ${totalUsd.toFixed()}`);
  }
  return {
    transactions,
    balances,
    positions,
    cashUsd: cashOf(balances),
    positionsUsd: positionsUsd.toFixed(),
    totalUsd: totalUsd.toFixed(),
  };
}

function fillEntries(fill: Fill, holding: Holding | undefined, balances: Balances): readonly LedgerEntry[] {
  switch (fill.side) {
    case OrderSide.buy:
      return buyEntries(fill);
    case OrderSide.sell: {
      if (holding === undefined) throw new Error(`${fill.execId} sells ${fill.ticker}, which is not held`);
      const revaluationUsd = balances.get(revaluationAccount(fill.ticker)) ?? '0';
      return sellEntries({ ...fill, position: holding, revaluationUsd });
    }
    default:
      return assertNever(fill.side);
  }
}

/** The quantity follows the fill; the cost is what the ledger then says, so that the two cannot drift apart. */
function moveHolding(holdings: Map<string, Holding>, fill: Fill, balances: Balances): void {
  const before = dec(holdings.get(fill.ticker)?.quantity ?? ZERO);
  const quantity = fill.side === OrderSide.buy ? before.plus(fill.quantity) : before.minus(fill.quantity);
  if (quantity.isZero()) holdings.delete(fill.ticker);
  else {
    const costUsd = balances.get(positionAccount(fill.ticker)) ?? '0';
    holdings.set(fill.ticker, { quantity: quantity.toFixed(), costUsd });
  }
}

/** Positions and ledger are written together; if they differ, something else wrote, and booking on would hide it. */
function assertAgreement(balances: Balances, positions: ReadonlyMap<string, Holding>): void {
  for (const [ticker, { costUsd }] of positions) {
    const booked = balances.get(positionAccount(ticker)) ?? '0';
    if (!dec(costUsd).equals(booked)) {
      throw new Error(`position ${ticker} has cost ${costUsd}, but the ledger says ${booked}`);
    }
  }
  for (const account of balances.keys()) {
    const ticker = /^(?:position|revaluation):(.+)$/.exec(account)?.[1];
    if (ticker !== undefined && !positions.has(ticker)) {
      throw new Error(`the ledger carries ${account}, but there is no position in ${ticker}`);
    }
  }
}
