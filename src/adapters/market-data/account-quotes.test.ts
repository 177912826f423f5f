import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../contracts/errors.ts';
import type { ComboLeg, Option } from '../../domain/orders/instrument.ts';
import type { MarketData } from '../../ports/market-data.ts';
import type { Quotes } from '../../ports/quotes.ts';
import { createAccountQuotes } from './account-quotes.ts';

const ACCOUNT = { broker: 'paper', priceSource: 'replay' } as const;
const PUT: Option = {
  kind: 'option',
  symbol: 'KO',
  expiration: '2021-01-15',
  strike: '50',
  right: 'PUT',
  multiplier: '100',
};

/** KO at 50.86 at the end of 2020, with a spread of 0.2 %; no other share has a price. */
function quotes(failure = new FoliosError('TICKER_UNKNOWN', 'no such ticker')): Quotes {
  const source: Pick<MarketData, 'quote'> = {
    async quote(ticker, marketDate) {
      if (ticker !== 'KO') throw failure;
      return { ticker, price: '50.86', marketDate, source: 'replay' };
    },
  };
  return createAccountQuotes(
    { source: () => source as MarketData },
    { today: async () => '2020-12-31' },
    { spreadBps: 20 },
  );
}

describe('the quotes of a paper account', () => {
  test('stand around the last price of a share', async () => {
    const quote = await quotes().quote(ACCOUNT, { kind: 'stock', symbol: 'KO' });
    expect(quote).toEqual({ bid: '50.8', ask: '50.92', last: '50.86' });
  });

  test('of an option are the model’s over its share, of a combination the net of its legs', async () => {
    expect(await quotes().quote(ACCOUNT, PUT)).toEqual({ bid: '0.6', ask: '0.65', last: '0.65' });
    const legs: ComboLeg[] = [
      { instrument: { ...PUT, strike: '47.5' }, side: 'BUY', ratio: 1 },
      { instrument: PUT, side: 'SELL', ratio: 1 },
    ];
    const net = await quotes().quote(ACCOUNT, { kind: 'combo', symbol: 'KO', legs });
    expect(net).toEqual({ bid: '-0.6', ask: '-0.5', last: '-0.55' });
  });

  test.each([
    ['a share that the source does not know', { kind: 'stock', symbol: 'NOPE' }],
    ['an option on one', { ...PUT, symbol: 'NOPE' }],
    ['an option that is not listed', { ...PUT, strike: '50.25' }],
    ['an option that has expired', { ...PUT, expiration: '2020-12-18' }],
  ] as const)('%s has neither a price nor a delta', async (_what, instrument) => {
    expect(await quotes().quote(ACCOUNT, instrument)).toBeNull();
    expect(await quotes().deltaUsd(ACCOUNT, instrument)).toBeNull();
  });

  test('that cannot be read are no absence of a price', async () => {
    const failing = quotes(new FoliosError('DATABASE_UNREACHABLE', 'down'));
    await expect(failing.quote(ACCOUNT, { ...PUT, symbol: 'PEP' })).rejects.toMatchObject({ message: 'down' });
  });
});

test('the delta of a share is its price, that of a contract the model’s times price and multiplier', async () => {
  expect(await quotes().deltaUsd(ACCOUNT, { kind: 'stock', symbol: 'KO' })).toBe('50.86');
  expect(Number(await quotes().deltaUsd(ACCOUNT, PUT))).toBeCloseTo(-1793.8, 0);
});
