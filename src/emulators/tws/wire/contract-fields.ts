import type { SimContract } from '../contracts/sim-contract.ts';
import type { FieldReader } from './field-reader.ts';

/** A contract as a client describes it; empty fields and conId 0 are open. */
export interface WantedContract {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  readonly expiration: string;
  readonly strike: string;
  readonly right: string;
  readonly multiplier: string;
  readonly exchange: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
}

/** The twelve fields by which requests name a contract. */
export function readContract(reader: FieldReader): WantedContract {
  return {
    conId: reader.int(),
    symbol: reader.text(),
    secType: reader.text().toUpperCase(),
    expiration: reader.text(),
    strike: reader.value(),
    right: reader.text(),
    multiplier: reader.value(),
    exchange: reader.text(),
    primaryExchange: reader.text(),
    currency: reader.text(),
    localSymbol: reader.text(),
    tradingClass: reader.text(),
  };
}

/** The eleven fields by which orders, executions and positions name a contract. */
export function contractFields(contract: SimContract): string[] {
  return [
    String(contract.conId),
    contract.symbol,
    contract.secType,
    contract.expiration,
    contract.strike || '0',
    contract.right,
    contract.multiplier,
    contract.exchange,
    contract.currency,
    contract.localSymbol,
    contract.tradingClass,
  ];
}
