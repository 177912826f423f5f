import {
  type Contract,
  type ContractDetails,
  EventName,
  type PriceIncrement as IbIncrement,
  SecType,
} from '@stoqey/ib';
import { type Instrument, instrumentKey, type Tradable } from '../../domain/orders/instrument.ts';
import { BrokerError } from '../../ports/broker-session.ts';
import type { Connection } from './connection.ts';
import { TwsCode } from './error-codes.ts';
import { noAnswer, orderInvalid, rejected } from './failures.ts';
import { bagContract, describe, describeContract, SMART, toDecimalString, toIbSymbol } from './ib-contract.ts';
import { finestIncrement, type PriceIncrement } from './price-increments.ts';
import type { Requests } from './requests.ts';

/** A contract as TWS knows it, with the grid of its prices. */
export interface QualifiedContract {
  readonly contract: Contract;
  readonly increments: readonly PriceIncrement[];
}

/** What qualification needs of a connection. */
export interface ContractSource {
  readonly connection: Connection;
  readonly requests: Requests;
  readonly deadlineMs: number;
}

export interface Contracts {
  /** ORDER_INVALID (no effect) where TWS knows no such contract or cannot tell which of several is meant. */
  qualify(source: ContractSource, tradable: Tradable): Promise<QualifiedContract>;
  /** The price grid of a contract that TWS itself named, such as that of an open order. */
  incrementsOf(source: ContractSource, contract: Contract): Promise<readonly PriceIncrement[]>;
}

/** Remembers contracts and market rules for the life of the process: they do not change within a trading day. */
export function createContracts(): Contracts {
  const byKey = new Map<string, Promise<QualifiedContract>>();
  const rules = new Map<number, Promise<readonly PriceIncrement[]>>();

  const single = (source: ContractSource, key: string, question: Contract, ask: Chooser) =>
    remember(byKey, key, () => qualifyOne(source, question, ask, rules));
  const ofInstrument = (source: ContractSource, instrument: Instrument) => {
    const key = instrumentKey(instrument);
    const multiplier = instrument.kind === 'option' ? `x${instrument.multiplier}` : '';
    return single(source, `${instrument.kind} ${key}${multiplier}`, describeContract(instrument), (found) =>
      chooseContract(key, toIbSymbol(instrument.symbol), found),
    );
  };
  const ofConId = (source: ContractSource, conId: number) =>
    single(source, `id ${conId}`, { conId, exchange: SMART }, (found) =>
      chooseContract(`contract ${conId}`, '', found),
    );

  return {
    async qualify(source, tradable) {
      if (tradable.kind !== 'combo') return ofInstrument(source, tradable);
      const legs = await Promise.all(tradable.legs.map((leg) => ofInstrument(source, leg.instrument)));
      const withIds = tradable.legs.map(({ ratio, side }, index) => {
        const conId = legs[index]?.contract.conId ?? 0;
        return { conId, ratio, side };
      });
      if (new Set(withIds.map(({ conId }) => conId)).size !== withIds.length)
        throw orderInvalid('legs: two of them are the same contract');
      return {
        contract: bagContract(tradable.symbol, withIds),
        increments: finestIncrement(legs.map(({ increments }) => increments)),
      };
    },
    async incrementsOf(source, contract) {
      if (contract.secType !== SecType.BAG) return (await ofConId(source, contract.conId ?? 0)).increments;
      const legs = await Promise.all((contract.comboLegs ?? []).map((leg) => ofConId(source, leg.conId ?? 0)));
      return finestIncrement(legs.map(({ increments }) => increments));
    },
  };
}

type Chooser = (found: readonly ContractDetails[]) => ContractDetails;

async function qualifyOne(
  source: ContractSource,
  question: Contract,
  choose: Chooser,
  rules: Map<number, Promise<readonly PriceIncrement[]>>,
): Promise<QualifiedContract> {
  const details = choose(await askDetails(source, question));
  const contract = { ...details.contract, exchange: SMART };
  // The library hands on `20261218 16:00 US/Eastern` as the day.
  if (contract.lastTradeDateOrContractMonth)
    contract.lastTradeDateOrContractMonth = contract.lastTradeDateOrContractMonth.slice(0, 8);
  const ruleId = marketRuleOf(details);
  if (ruleId !== null)
    return { contract, increments: await remember(rules, ruleId, () => askMarketRule(source, ruleId)) };
  const { minTick } = details;
  if (!minTick) throw noAnswer(`the price increments of ${describe(contract)}`);
  return { contract, increments: [{ fromPrice: '0', increment: toDecimalString(minTick) }] };
}

/**
 * The one contract that is meant. Options of one expiry and strike may exist in two classes (SPX settles in the
 * morning, SPXW in the afternoon): then the one named like its underlying, else nobody knows. Throws ORDER_INVALID.
 */
export function chooseContract(name: string, symbol: string, found: readonly ContractDetails[]): ContractDetails {
  const distinct = [...new Map(found.map((one) => [one.contract.conId, one])).values()];
  const [first, ...others] = distinct;
  if (!first) throw orderInvalid(`${name}: Interactive Brokers knows no such contract`);
  if (others.length === 0) return first;
  const named = distinct.filter(({ contract }) => contract.secType === SecType.OPT && contract.tradingClass === symbol);
  if (named.length === 1 && named[0]) return named[0];
  const candidates = distinct.map(({ contract }) => `${contract.localSymbol} (${contract.tradingClass})`).join(', ');
  throw orderInvalid(`${name}: Interactive Brokers knows several contracts: ${candidates}`);
}

/** The rule of prices on SMART; null where the contract names none. Rules stand in the order of its exchanges. */
export function marketRuleOf({ validExchanges, marketRuleIds }: ContractDetails): number | null {
  const ids = (marketRuleIds ?? '').split(',');
  const exchanges = (validExchanges ?? '').split(',');
  const id = Number(ids[Math.max(0, exchanges.indexOf(SMART))] || Number.NaN);
  return Number.isSafeInteger(id) ? id : null;
}

/** The contracts that fit a description; none is an answer, too. */
export async function askDetails(source: ContractSource, question: Contract): Promise<readonly ContractDetails[]> {
  try {
    return await source.requests.ask<ContractDetails[]>('contract details', source.deadlineMs, (call) => {
      const found: ContractDetails[] = [];
      call.listen(EventName.contractDetails, (id: number, details: ContractDetails) => {
        if (id === call.id) found.push(details);
      });
      call.listen(EventName.contractDetailsEnd, (id: number) => {
        if (id === call.id) call.done(found);
      });
      call.send((ib) => ib.reqContractDetails(call.id, question));
    });
  } catch (error) {
    // "No security definition" is an answer: there is none.
    if (error instanceof BrokerError && error.brokerCode === TwsCode.noSuchContract) return [];
    throw error;
  }
}

async function askMarketRule(source: ContractSource, ruleId: number): Promise<readonly PriceIncrement[]> {
  const what = `market rule ${ruleId}`;
  const rows = await source.requests.ask<readonly IbIncrement[]>(what, source.deadlineMs, (call) => {
    call.listen(EventName.marketRule, (id: number, increments: readonly IbIncrement[]) => {
      if (id === ruleId) call.done(increments);
    });
    call.send((ib) => ib.reqMarketRule(ruleId));
  });
  const increments = rows
    .filter(({ increment }) => increment > 0)
    .map(({ lowEdge, increment }) => ({
      fromPrice: toDecimalString(lowEdge),
      increment: toDecimalString(increment),
    }))
    .sort((a, b) => Number(a.fromPrice) - Number(b.fromPrice));
  if (increments.length === 0) throw rejected(`${what} has no price increments`, null);
  return increments;
}

/** A failure is not remembered: the next call asks again. */
function remember<Key, Value>(cache: Map<Key, Promise<Value>>, key: Key, make: () => Promise<Value>): Promise<Value> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}
