import { type Contract, type ComboLeg as IbComboLeg, OptionType, OrderAction, SecType } from '@stoqey/ib';
import { isMarketDate, type MarketDate } from '../../domain/market/market-date.ts';
import { type DecimalString, dec } from '../../domain/money/decimal.ts';
import { type Instrument, OptionRight } from '../../domain/orders/instrument.ts';

/** Orders go to IBKR's router, which also takes combinations. */
export const SMART = 'SMART';
const CURRENCY = 'USD';

/** A number of the wire, whose shortest form is what the broker wrote, as a plain decimal. */
export function toDecimalString(value: number): DecimalString {
  return dec(value).toFixed();
}

/** IBKR writes the class of a share after a space (`BRK B`), the house after a dot (`BRK.B`). */
export function toIbSymbol(symbol: string): string {
  return symbol.replace(/[.-]/g, ' ');
}

export function fromIbSymbol(symbol: string): string {
  return symbol.replaceAll(' ', '.');
}

/** `2026-12-18` as `20261218`. */
export function toIbDay(date: MarketDate): string {
  return date.replaceAll('-', '');
}

/** The day at the start of `20261218` or `20261218 16:00 US/Eastern`; null for anything else, such as a contract month. */
export function fromIbDay(text: string): MarketDate | null {
  const date = text.replace(/^(\d{4})(\d{2})(\d{2}).*$/s, '$1-$2-$3');
  return isMarketDate(date) ? date : null;
}

/** What TWS is asked about an instrument whose contract id is not known yet. */
export function describeContract(instrument: Instrument): Contract {
  const where = { symbol: toIbSymbol(instrument.symbol), exchange: SMART, currency: CURRENCY };
  if (instrument.kind === 'stock') return { ...where, secType: SecType.STK };
  return {
    ...where,
    secType: SecType.OPT,
    lastTradeDateOrContractMonth: toIbDay(instrument.expiration),
    strike: Number(instrument.strike),
    right: instrument.right === OptionRight.call ? OptionType.Call : OptionType.Put,
    multiplier: Number(instrument.multiplier),
  };
}

/** An index, which stands at the exchange that computes it and is not traded itself. */
export interface MarketIndex {
  readonly kind: 'index';
  readonly symbol: string;
  readonly exchange: string;
}

export function indexContract({ symbol, exchange }: MarketIndex): Contract {
  return { symbol, secType: SecType.IND, exchange, currency: CURRENCY };
}

/** A combination at IBKR: a BAG of contract ids, named by the underlying. */
export function bagContract(
  symbol: string,
  legs: readonly { conId: number; ratio: number; side: 'BUY' | 'SELL' }[],
): Contract {
  const comboLegs: IbComboLeg[] = legs.map(({ conId, ratio, side }) => ({
    conId,
    ratio,
    action: side === 'BUY' ? OrderAction.BUY : OrderAction.SELL,
    exchange: SMART,
    openClose: 0,
    shortSaleSlot: 0,
    designatedLocation: '',
    exemptCode: -1,
  }));
  return { symbol: toIbSymbol(symbol), secType: SecType.BAG, exchange: SMART, currency: CURRENCY, comboLegs };
}

/**
 * The instrument of a contract in an execution or a position. A kind that folios does not trade (a future, a currency)
 * becomes a stock named by kind and local symbol, such as `FUT:ESZ6`: a position must be seen rather than left out.
 */
export function toInstrument(contract: Contract): Instrument {
  const symbol = fromIbSymbol(contract.symbol ?? '');
  if (contract.secType === SecType.STK) return { kind: 'stock', symbol };
  const expiration = fromIbDay(contract.lastTradeDateOrContractMonth ?? '');
  if (contract.secType === SecType.OPT && expiration !== null && contract.strike !== undefined && contract.right) {
    return {
      kind: 'option',
      symbol,
      expiration,
      strike: toDecimalString(contract.strike),
      right: contract.right === OptionType.Call ? OptionRight.call : OptionRight.put,
      multiplier: toDecimalString(contract.multiplier || 100),
    };
  }
  return { kind: 'stock', symbol: `${contract.secType ?? '?'}:${contract.localSymbol || symbol}` };
}

/** The contract for people, as the broker names it. */
export function describe(contract: Contract): string {
  if (contract.secType === SecType.BAG) return `${contract.symbol} BAG ${contract.comboLegsDescription ?? ''}`.trim();
  const name = contract.localSymbol || contract.symbol || '?';
  return contract.secType === SecType.STK ? name : `${name} ${contract.secType ?? ''}`.trim();
}
