import type { MarketDate } from '../../../domain/market/market-date.ts';
import { OptionRight } from '../../../domain/orders/instrument.ts';

/** One leg of a combination as the wire has it. */
export interface BagLeg {
  readonly conId: number;
  readonly ratio: number;
  readonly action: 'BUY' | 'SELL';
  readonly exchange: string;
}

/** A contract that the simulator knows. Texts are as they stand on the wire. */
export interface SimContract {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: 'STK' | 'OPT' | 'BAG' | 'IND';
  /** `yyyymmdd`; empty unless an option. */
  readonly expiration: string;
  /** Empty unless an option. */
  readonly strike: string;
  readonly right: 'C' | 'P' | '';
  readonly multiplier: string;
  readonly exchange: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
  /** Of a combination. */
  readonly legs: readonly BagLeg[];
}

/** The id that real TWS gives every combination. */
export const BAG_CON_ID = 28_812_380;
const OPTION_MULTIPLIER = '100';

/** The same contract always has the same id: FNV-1a of its name, as a positive 31-bit number. */
function conIdOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return ((hash >>> 0) % 2_000_000_000) + 100_000_000;
}

export function stockContract(symbol: string): SimContract {
  return {
    conId: conIdOf(`STK ${symbol}`),
    symbol,
    secType: 'STK',
    expiration: '',
    strike: '',
    right: '',
    multiplier: '',
    exchange: 'SMART',
    primaryExchange: 'NYSE',
    currency: 'USD',
    localSymbol: symbol,
    tradingClass: symbol,
    legs: [],
  };
}

/** An index, which has a history and cannot be ordered. */
export function indexContract(symbol: string): SimContract {
  return {
    ...stockContract(symbol),
    conId: conIdOf(`IND ${symbol}`),
    secType: 'IND',
    exchange: 'CBOE',
    primaryExchange: '',
  };
}

/** A listed option; `strike` in plain notation without trailing zeros, `expiration` as `yyyymmdd`. */
export function optionContract(symbol: string, expiration: string, strike: string, right: 'C' | 'P'): SimContract {
  const thousandths = Math.round(Number(strike) * 1000);
  return {
    conId: conIdOf(`OPT ${symbol} ${expiration} ${right} ${strike}`),
    symbol,
    secType: 'OPT',
    expiration,
    strike,
    right,
    multiplier: OPTION_MULTIPLIER,
    exchange: 'SMART',
    primaryExchange: '',
    currency: 'USD',
    localSymbol: `${symbol.padEnd(6)}${expiration.slice(2)}${right}${String(thousandths).padStart(8, '0')}`,
    tradingClass: symbol,
    legs: [],
  };
}

export function bagContract(symbol: string, legs: readonly BagLeg[]): SimContract {
  return {
    ...stockContract(symbol),
    conId: BAG_CON_ID,
    secType: 'BAG',
    primaryExchange: '',
    tradingClass: 'COMB',
    legs,
  };
}

/** What one unit of price is worth in US dollars: 100 for an option, 1 for a share. */
export function multiplierOf(contract: SimContract): string {
  return contract.multiplier === '' ? '1' : contract.multiplier;
}

/** Of an option; null of anything else. */
export function rightOf({ right }: SimContract): OptionRight | null {
  if (right === '') return null;
  return right === 'C' ? OptionRight.call : OptionRight.put;
}

/** An option's last day, from the wire's `yyyymmdd`. */
export function expirationOf({ expiration }: Pick<SimContract, 'expiration'>): MarketDate {
  return `${expiration.slice(0, 4)}-${expiration.slice(4, 6)}-${expiration.slice(6, 8)}`;
}

/** A day as the wire has it, `yyyymmdd`. */
export function wireDay(day: MarketDate): string {
  return day.replaceAll('-', '');
}
