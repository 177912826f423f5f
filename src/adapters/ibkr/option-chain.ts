import { type Contract, type ContractDetails, EventName, SecType } from '@stoqey/ib';
import type { OptionClass } from '../../ports/option-market.ts';
import { askDetails, type ContractSource } from './contracts.ts';
import { orderInvalid, rejected } from './failures.ts';
import { describeContract, fromIbDay, SMART, toDecimalString, toIbSymbol } from './ib-contract.ts';

/** The classes on SMART. ORDER_INVALID for an unknown symbol, BROKER_REJECTED where it has no options. */
export async function askOptionChain(source: ContractSource, symbol: string): Promise<readonly OptionClass[]> {
  const { contract } = await findUnderlying(source, symbol);
  const classes = await source.requests.ask<OptionClass[]>('an option chain', source.deadlineMs, (call) => {
    const found: OptionClass[] = [];
    call.listen(EventName.securityDefinitionOptionParameter, (...args: ParameterArgs) => {
      const [id, exchange, , tradingClass, multiplier, expirations, strikes] = args;
      if (id === call.id && exchange === SMART)
        found.push(optionClass({ tradingClass, multiplier: multiplier ?? 100, expirations, strikes }));
    });
    call.listen(EventName.securityDefinitionOptionParameterEnd, (id: number) => {
      if (id === call.id) call.done(found);
    });
    const { symbol: ibSymbol = '', secType = '', conId = 0 } = contract;
    call.send((ib) => ib.reqSecDefOptParams(call.id, ibSymbol, '', secType, conId));
  });
  if (classes.length === 0) throw rejected(`Interactive Brokers has no options on ${symbol}`, null);
  return classes;
}

type ParameterArgs = [
  id: number,
  exchange: string,
  underlyingConId: number,
  tradingClass: string,
  multiplier: number | undefined,
  expirations: string[],
  strikes: number[],
];

export function optionClass(told: {
  tradingClass: string;
  multiplier: number;
  expirations: readonly string[];
  strikes: readonly number[];
}): OptionClass {
  return {
    tradingClass: told.tradingClass,
    multiplier: toDecimalString(told.multiplier),
    expirations: told.expirations.flatMap((day) => fromIbDay(day) ?? []).sort(),
    strikes: [...told.strikes].sort((a, b) => a - b).map(toDecimalString),
  };
}

/** A share, or else an index: SPX has options and is not traded itself. */
async function findUnderlying(source: ContractSource, symbol: string): Promise<ContractDetails> {
  const index: Contract = { symbol: toIbSymbol(symbol), secType: SecType.IND, currency: 'USD' };
  for (const question of [describeContract({ kind: 'stock', symbol }), index]) {
    const [found] = await askDetails(source, question);
    if (found) return found;
  }
  throw orderInvalid(`${symbol}: Interactive Brokers knows no such share or index`);
}
