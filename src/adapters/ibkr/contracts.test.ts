import { describe, expect, test } from '@jest/globals';
import { type ContractDetails, SecType } from '@stoqey/ib';
import { chooseContract, marketRuleOf } from './contracts.ts';

function found(conId: number, tradingClass: string, secType: SecType = SecType.OPT): ContractDetails {
  return { contract: { conId, secType, tradingClass, localSymbol: `local ${conId}` } };
}

describe('which contract is meant', () => {
  test('the only one, be it listed twice', () => {
    expect(chooseContract('KO', 'KO', [found(1, 'KO'), found(1, 'KO')]).contract.conId).toBe(1);
  });

  test('of two classes of an option the one named like its underlying', () => {
    expect(chooseContract('SPX', 'SPX', [found(1, 'SPXW'), found(2, 'SPX')]).contract.conId).toBe(2);
  });

  test.each([
    ['no such contract', []],
    ['several contracts', [found(1, 'A', SecType.STK), found(2, 'A', SecType.STK)]],
    ['several contracts', [found(1, 'X'), found(2, 'Y')]],
  ])('else the order is refused: %s', (text, candidates) => {
    expect(() => chooseContract('A', 'A', candidates)).toThrow(text);
  });

  test('the market rule stands where SMART stands among the exchanges', () => {
    const rule = (validExchanges: string, marketRuleIds: string) =>
      marketRuleOf({ contract: {}, validExchanges, marketRuleIds });
    expect(rule('CBOE,SMART,NYSE', '1,2,3')).toBe(2);
    expect(rule('NYSE', '7')).toBe(7);
    expect(rule('', '')).toBeNull();
  });
});
