import { type ContractDescription, EventName } from '@stoqey/ib';
import type { SymbolMatch } from '../../ports/option-market.ts';
import type { ContractSource } from './contracts.ts';
import { fromIbSymbol } from './ib-contract.ts';

/** Up to 16 matches, best first. */
export function askSymbols(source: ContractSource, text: string): Promise<readonly SymbolMatch[]> {
  return source.requests.ask('a symbol search', source.deadlineMs, (call) => {
    call.listen(EventName.symbolSamples, (id: number, found: readonly ContractDescription[]) => {
      if (id === call.id) call.done(found.map(symbolMatch));
    });
    call.send((ib) => ib.reqMatchingSymbols(call.id, text));
  });
}

function symbolMatch({ contract, derivativeSecTypes }: ContractDescription): SymbolMatch {
  return {
    symbol: fromIbSymbol(contract?.symbol ?? ''),
    kind: contract?.secType ?? '',
    primaryExchange: contract?.primaryExch ?? '',
    currency: contract?.currency ?? '',
    description: contract?.description ?? '',
    hasOptions: (derivativeSecTypes ?? []).some((kind) => String(kind) === 'OPT'),
  };
}
