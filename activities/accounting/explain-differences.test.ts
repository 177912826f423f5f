import { expect, test } from '@jest/globals';
import { FoliosError } from '../../src/contracts/errors.ts';
import { describeDifference } from '../../src/domain/orders/compare-books.ts';
import type { MarketData } from '../../src/ports/market-data.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';
import { portDouble } from '../../test/factories/port-double.ts';
import { explainDifferences } from './explain-differences.ts';

const AAPL = { kind: 'position', what: 'AAPL', ours: '101', theirs: '202' } as const;
const HELD = ['ODD', 'AAPL'].map((symbol) => ({
  ...{ instrument: { kind: 'stock', symbol } as const, quantity: '101', marketValueUsd: '4530', tradeId: null },
}));

function portsOf(broker: TradingAccount['broker']) {
  const source = portDouble<MarketData>({
    corporateActions: async (ticker) => {
      if (ticker === 'ODD') throw new FoliosError('TICKER_UNKNOWN', ticker);
      return [{ kind: 'split', exDate: '2005-02-28', ratio: { to: 2, from: 1 } }];
    },
  });
  return {
    account: { broker, priceSource: 'yahoo' } as TradingAccount,
    marketData: { source: () => source },
    marketClock: { today: async () => '2005-03-01' },
  };
}

test('a real broker’s difference says which split accounts for it; one that nothing accounts for stands alone', async () => {
  const other = { ...AAPL, what: 'IBM' };
  const [found, left] = await explainDifferences(portsOf('ibkr'), [AAPL, other], HELD);
  expect(found && describeDifference(found)).toBe(
    'position AAPL: 101 here, 202 at the broker (split 2 for 1 of AAPL, ex 2005-02-28, accounts for it: the broker has booked it, our books have not)',
  );
  expect(left).toEqual(other);
});

test('the paper broker has no such excuse', async () => {
  expect(await explainDifferences(portsOf('paper'), [AAPL], HELD)).toEqual([AAPL]);
});
