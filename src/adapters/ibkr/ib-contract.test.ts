import { describe, expect, test } from '@jest/globals';
import { type Contract, OptionType, SecType } from '@stoqey/ib';
import type { Option } from '../../domain/orders/instrument.ts';
import { describeContract, fromIbDay, toInstrument } from './ib-contract.ts';

const option: Option = {
  ...{ kind: 'option', symbol: 'KO', expiration: '2026-12-18', strike: '62.5', right: 'PUT', multiplier: '100' },
};

describe('contracts of TWS', () => {
  test('an instrument survives the way to TWS and back', () => {
    expect(toInstrument(describeContract(option))).toEqual(option);
    expect(toInstrument(describeContract({ kind: 'stock', symbol: 'BRK.B' }))).toEqual({
      ...{ kind: 'stock', symbol: 'BRK.B' },
    });
  });

  test('a share class is written with a space', () => {
    expect(describeContract({ kind: 'stock', symbol: 'BRK.B' }).symbol).toBe('BRK B');
  });

  test('a day with time and zone behind it, as the library hands it on, is a day; a contract month is none', () => {
    expect(fromIbDay('20261218 16:00 US/Eastern')).toBe('2026-12-18');
    expect(fromIbDay('202612')).toBeNull();
    expect(fromIbDay('20261318')).toBeNull();
  });

  test('a contract of a kind that folios does not trade keeps a name of its own', () => {
    const future: Contract = { secType: SecType.FUT, symbol: 'ES', localSymbol: 'ESZ6' };
    expect(toInstrument(future)).toEqual({ kind: 'stock', symbol: 'FUT:ESZ6' });
    const broken: Contract = { secType: SecType.OPT, symbol: 'KO', right: OptionType.Call, strike: 50 };
    expect(toInstrument(broken)).toEqual({ kind: 'stock', symbol: 'OPT:KO' });
  });
});
