import { expect, test } from '@jest/globals';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { AccountValuation } from '../../src/ports/repositories.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';
import { valueTradingAccount } from './value-account.ts';

const at = new Date('2026-11-21T12:00:00Z');
const stock = (symbol: string) => ({ kind: 'stock', symbol }) as const;

test('what is held is valued at its last price; without one, or while its broker is away, it keeps its mark', async () => {
  const valuations: AccountValuation[] = [];
  const ports = {
    journal: {
      exposure: async () => ({
        ...{ cashUsd: '0', netLiquidationUsd: '0', working: [], mode: 'normal' as const, recentIntents: [] },
        positions: ['KO', 'ODD', 'AWAY'].map((symbol) => ({
          ...{ instrument: stock(symbol), quantity: '1', marketValueUsd: '1', tradeId: null },
        })),
      }),
    },
    quotes: {
      quote: async (_account: unknown, { symbol }: { symbol: string }) => {
        if (symbol === 'AWAY') throw new FoliosError('BROKER_NOT_READY', 'no connection');
        return symbol === 'KO' ? { bid: '59.9', ask: '60.1', last: '60' } : null;
      },
    },
    portfolio: {
      value: async (valuation: AccountValuation) => {
        valuations.push(valuation);
        const { accountId, marketDate, takenAt } = valuation;
        return { accountId, marketDate, takenAt, cashUsd: '1', positionsUsd: '2', totalUsd: '3' };
      },
    },
    marketClock: { today: async () => '2026-11-20' },
    clock: { now: () => at },
  };
  const account = { accountId: 'a', priceSource: 'yahoo', broker: 'ibkr' } as TradingAccount;
  expect(await valueTradingAccount(ports, account)).toEqual({
    accountId: 'a',
    marketDate: '2026-11-20',
    totalUsd: '3',
  });
  expect(valuations).toEqual([
    { accountId: 'a', marketDate: '2026-11-20', prices: new Map([['KO', '60']]), takenAt: at },
  ]);
});
