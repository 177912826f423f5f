import { marginOf } from '../../../domain/matching/margin.ts';
import { type Dec, dec, ZERO } from '../../../domain/money/decimal.ts';
import { multiplierOf, type SimContract } from '../contracts/sim-contract.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { AccountBook } from './account-book.ts';
import { commissionOf } from './commissions.ts';
import { isBuy, type SimOrder, type WhatIfMargin } from './sim-order.ts';

export interface Valuation {
  readonly netLiquidation: Dec;
  readonly grossPositions: Dec;
  readonly unrealizedPnl: Dec;
  readonly initialMargin: Dec;
  readonly maintenanceMargin: Dec;
}

/** What a contract is worth now, per share or per unit of the underlying; 0 where nothing prices it. */
export function markOf(quotes: QuoteBoard, contract: SimContract): Dec {
  const quote = quotes.quote(contract);
  return quote === null ? ZERO : quote.bid.plus(quote.ask).div(2);
}

/** An account at present prices. */
export function valuationOf(book: AccountBook, quotes: QuoteBoard): Valuation {
  let netLiquidation = book.cash;
  let grossPositions = ZERO;
  let unrealizedPnl = ZERO;
  let initialMargin = ZERO;
  let maintenanceMargin = ZERO;
  for (const { contract, quantity, averageCost } of book.positions.values()) {
    if (quantity.isZero()) continue;
    const value = markOf(quotes, contract).times(multiplierOf(contract)).times(quantity);
    netLiquidation = netLiquidation.plus(value);
    grossPositions = grossPositions.plus(value.abs());
    unrealizedPnl = unrealizedPnl.plus(value.minus(averageCost.times(quantity)));
    const margin = marginAt(contract, quantity, quotes);
    initialMargin = initialMargin.plus(margin.initial);
    maintenanceMargin = maintenanceMargin.plus(margin.maintenance);
  }
  return { netLiquidation, grossPositions, unrealizedPnl, initialMargin, maintenanceMargin };
}

function marginAt(contract: SimContract, quantity: Dec, quotes: QuoteBoard): ReturnType<typeof marginOf> {
  return marginOf({
    kind: contract.secType === 'STK' ? 'stock' : 'option',
    quantity,
    multiplier: dec(multiplierOf(contract)),
    mark: markOf(quotes, contract),
    spot: dec(quotes.model(contract)?.spot ?? 0),
  });
}

/** Margins before and after an order would be filled at present prices. */
export function whatIfMargin(order: SimOrder, book: AccountBook, quotes: QuoteBoard, legs: TradedLeg[]): WhatIfMargin {
  const before = valuationOf(book, quotes);
  let initial = before.initialMargin;
  let maintenance = before.maintenanceMargin;
  let commission = ZERO;
  for (const { contract, signedRatio } of legs) {
    const held = book.positions.get(contract.conId)?.quantity ?? ZERO;
    const change = dec(order.quantity)
      .times(signedRatio)
      .times(isBuy(order) ? 1 : -1);
    const [now, then] = [marginAt(contract, held, quotes), marginAt(contract, held.plus(change), quotes)];
    initial = initial.plus(then.initial).minus(now.initial);
    maintenance = maintenance.plus(then.maintenance).minus(now.maintenance);
    commission = commission.plus(commissionOf(contract, change.abs(), markOf(quotes, contract)));
  }
  return {
    initialBefore: before.initialMargin.toFixed(2),
    maintenanceBefore: before.maintenanceMargin.toFixed(2),
    equityBefore: before.netLiquidation.toFixed(2),
    initialAfter: initial.toFixed(2),
    maintenanceAfter: maintenance.toFixed(2),
    equityAfter: before.netLiquidation.minus(commission).toFixed(2),
    commission: commission.toFixed(2),
  };
}

/** What one unit of an order trades of a contract: the contract itself, or each leg of a combination. */
export interface TradedLeg {
  readonly contract: SimContract;
  /** Negative for a sold leg. */
  readonly signedRatio: number;
}

/** Null where a leg of the combination is not known any more. */
export function tradedLegs(
  contract: SimContract,
  contractOf: (conId: number) => SimContract | null,
): TradedLeg[] | null {
  if (contract.secType !== 'BAG') return [{ contract, signedRatio: 1 }];
  const legs = contract.legs.map(({ conId, ratio, action }) => {
    const known = contractOf(conId);
    return known === null ? null : { contract: known, signedRatio: action === 'BUY' ? ratio : -ratio };
  });
  return legs.every((leg) => leg !== null) ? legs : null;
}
