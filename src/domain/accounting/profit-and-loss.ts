import type { MarketDate } from '../market/market-date.ts';
import { type DecimalString, dec, sum } from '../money/decimal.ts';
import { type Balances, totalOf } from '../portfolio/ledger.ts';

/** What trading came to, US dollars, each the sum of ledger entries. A loss is negative; commissions are what was paid. */
export interface Result {
  /** Before commissions. */
  readonly realizedUsd: DecimalString;
  /** Of what is held, at the last marks, before commissions. */
  readonly unrealizedUsd: DecimalString;
  readonly dividendsUsd: DecimalString;
  readonly commissionsUsd: DecimalString;
}

/** The result of one instrument (its key) in one account. */
export interface InstrumentResult extends Result {
  readonly accountId: string;
  readonly instrument: string;
}

/** A part of a lot that is over. Cost is what was paid; of a short lot negative: what was received. */
export interface ClosedLot {
  readonly accountId: string;
  readonly instrument: string;
  /** Null where nobody knows it: what was carried over from average cost. */
  readonly openedOn: MarketDate | null;
  readonly closedOn: MarketDate;
  readonly quantity: DecimalString;
  readonly costUsd: DecimalString;
  readonly proceedsUsd: DecimalString;
  /** Its shares of the opening and the closing commission. */
  readonly commissionUsd: DecimalString;
}

/** What is left of a lot, at the position's last mark. Of a portfolio at average cost, each position is one. */
export interface OpenLot {
  readonly accountId: string;
  readonly instrument: string;
  readonly openedOn: MarketDate | null;
  /** Signed units. */
  readonly quantity: DecimalString;
  readonly costUsd: DecimalString;
  readonly commissionUsd: DecimalString;
  /** US dollars per unit of the underlying, and units of it per unit. */
  readonly price: DecimalString;
  readonly multiplier: DecimalString;
  readonly markedOn: MarketDate;
}

/** Realised, unrealised and dividends, less commissions. */
export function totalResult({ realizedUsd, unrealizedUsd, dividendsUsd, commissionsUsd }: Result): DecimalString {
  return dec(realizedUsd).plus(unrealizedUsd).plus(dividendsUsd).minus(commissionsUsd).toFixed();
}

export function sumResults(results: readonly Result[]): Result {
  const of = (name: keyof Result) => sum(results.map((one) => dec(one[name]))).toFixed();
  return {
    realizedUsd: of('realizedUsd'),
    unrealizedUsd: of('unrealizedUsd'),
    dividendsUsd: of('dividendsUsd'),
    commissionsUsd: of('commissionsUsd'),
  };
}

/** Proceeds less cost, before commissions: what the ledger realised with it. */
export function realizedOf({ proceedsUsd, costUsd }: Pick<ClosedLot, 'proceedsUsd' | 'costUsd'>): DecimalString {
  return dec(proceedsUsd).minus(costUsd).toFixed();
}

export function marketValueOf({ quantity, price, multiplier }: Pick<OpenLot, 'quantity' | 'price' | 'multiplier'>) {
  return dec(quantity).times(price).times(multiplier).toFixed();
}

/** Market value less cost, before commissions: what the ledger carries as the lot's revaluation. */
export function unrealizedOf(lot: Omit<OpenLot, 'accountId'>): DecimalString {
  return dec(marketValueOf(lot)).minus(lot.costUsd).toFixed();
}

/**
 * Why an account's whole result, from its beginning, is not what its ledger and its lots say; empty where all agree to the
 * last digit. The result must be all that cash and positions have become more than what was paid in.
 */
export function disagreements(result: Result, balances: Balances, openLots: readonly OpenLot[]): readonly string[] {
  const of = (account: string) => balances.get(account) ?? '0';
  const negated = (amount: DecimalString) => dec(amount).negated().toFixed();
  const grown = dec(totalOf(balances)).plus(of('capital')).toFixed();
  const unrealized = sum(openLots.map((lot) => dec(unrealizedOf(lot)))).toFixed();
  const pairs: readonly (readonly [string, DecimalString, DecimalString])[] = [
    ['the realised result', result.realizedUsd, negated(of('realized-pnl'))],
    ['the unrealised result', result.unrealizedUsd, negated(of('unrealized-pnl'))],
    ['dividends', result.dividendsUsd, negated(of('dividend'))],
    ['commissions', result.commissionsUsd, of('commission')],
    ['the open lots’ result', unrealized, negated(of('unrealized-pnl'))],
    ['the whole result', totalResult(result), grown],
  ];
  return pairs
    .filter(([, told, booked]) => !dec(told).equals(booked))
    .map(([what, told, booked]) => `${what} would be ${told} USD, but the ledger says ${booked}`);
}
