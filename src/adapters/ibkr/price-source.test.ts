import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../contracts/errors.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import { noAnswer, notReady, orderInvalid, rejected } from './failures.ts';
import { createIbkrPriceSource } from './price-source.ts';

const OPEN = '2022-12-28T18:00:00Z';
const CLOSED = '2022-12-28T22:00:00Z';
const TODAY = '2022-12-28';

interface Broker {
  readonly now?: string;
  readonly last?: DecimalString | null;
  readonly failure?: Error;
  readonly closes?: Readonly<Record<MarketDate, DecimalString>>;
}

/** A source over a broker with KO at 63.5 yesterday and, as far as today's bar is, at 63.9. */
function sourceOf({ now = OPEN, last = '64', failure, closes = { '2022-12-27': '63.5', [TODAY]: '63.9' } }: Broker) {
  const asked: string[] = [];
  const state = { now, failure };
  const source = createIbkrPriceSource({
    connect: async () => ({
      async quote({ symbol }) {
        asked.push(`quote ${symbol}`);
        if (state.failure) throw state.failure;
        return { bid: null, ask: null, last, isDelayed: false, at: new Date(state.now) };
      },
      async dailyBars({ kind, symbol }, from, to) {
        asked.push(`bars ${kind} ${symbol} ${from} ${to}`);
        if (state.failure) throw state.failure;
        return Object.entries(closes)
          .filter(([day]) => day >= from && day <= to)
          .map(([marketDate, close]) => ({ marketDate, open: close, high: close, low: close, close, volume: '1' }));
      },
    }),
    simulated: false,
    clock: { now: () => new Date(state.now) },
  });
  return { source, asked, state };
}

const noData = rejected('daily history: HMDS query returned no data (162)', 162);

describe('the quote of today', () => {
  test.each([
    ['while the market is open, is the last trade', OPEN, '64', { price: '64.00', marketDate: TODAY }],
    [
      'while nothing was traded yet, is the last finished close',
      OPEN,
      null,
      { price: '63.50', marketDate: '2022-12-27' },
    ],
    ['when the market has closed, is the close', CLOSED, '64', { price: '63.90', marketDate: TODAY }],
  ])('%s', async (_when, now, last, quote) => {
    const { source } = sourceOf({ now, last });
    expect(await source.quote('KO', TODAY)).toEqual({ ticker: 'KO', source: 'ibkr', ...quote });
  });

  test('which the account may not see, is the last finished close', async () => {
    const { source } = sourceOf({ last: null });
    const refusing = createIbkrPriceSource({
      connect: async () => ({
        quote: () => Promise.reject(rejected('not subscribed', 354)),
        dailyBars: async () => [
          { marketDate: '2022-12-27', open: '1', high: '1', low: '1', close: '63.5', volume: '1' },
        ],
      }),
      simulated: false,
      clock: { now: () => new Date(OPEN) },
    });
    expect(await refusing.quote('KO', TODAY)).toEqual(await source.quote('KO', TODAY));
  });
});

test('a past day’s quote is its close and asks for no price of now', async () => {
  const { source, asked } = sourceOf({});
  expect(await source.quote('KO', '2022-12-27')).toMatchObject({ price: '63.50', marketDate: '2022-12-27' });
  expect(asked).toEqual(['bars stock KO 2022-12-17 2022-12-27']);
});

test('the benchmark is the S&P 500 at its exchange', async () => {
  const { source, asked } = sourceOf({ now: CLOSED, closes: { [TODAY]: '3783.22' } });
  expect(await source.benchmark(TODAY)).toEqual({ marketDate: TODAY, close: '3783.22' });
  expect(asked).toEqual(['bars index SPX 2022-12-18 2022-12-28']);
});

describe('what the broker says', () => {
  test.each([
    ['an unknown contract', orderInvalid('KO: no such contract'), { code: 'TICKER_UNKNOWN' }],
    [
      'a refusal, with its words',
      rejected('daily history: pacing violation (162)', 162),
      { code: 'QUOTE_UNAVAILABLE', message: expect.stringContaining('pacing'), details: { reason: 'refused' } },
    ],
    ['no connection', notReady('not connected'), { code: 'BROKER_NOT_READY', effect: 'none' }],
    ['silence', noAnswer('daily history'), { code: 'BROKER_UNAVAILABLE', effect: 'none' }],
    ['a defect of ours', new FoliosError('INTERNAL', 'oops'), { code: 'INTERNAL' }],
  ])('%s', async (_what, failure, error) => {
    const { source } = sourceOf({ failure });
    await expect(source.closes('KO', '2022-12-01', TODAY)).rejects.toMatchObject(error);
    await expect(source.quote('KO', TODAY)).rejects.toMatchObject(error);
  });

  test('no data in a range is an answer: no closes', async () => {
    const { source } = sourceOf({ failure: noData });
    expect(await source.closes('KO', '2022-12-01', TODAY)).toEqual([]);
    await expect(source.quote('KO', TODAY)).rejects.toMatchObject({
      code: 'QUOTE_UNAVAILABLE',
      details: { reason: 'no_price' },
    });
  });
});

describe('the same question', () => {
  test('is asked once, by however many, until its answer is an hour old or a session has begun or ended', async () => {
    const { source, asked, state } = sourceOf({ now: CLOSED });
    const ask = () => source.closes('KO', '2022-12-01', TODAY);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers[0]).toHaveLength(2);
    await ask();
    expect(asked).toHaveLength(1);
    state.now = '2022-12-28T23:00:00Z';
    await ask();
    expect(asked).toHaveLength(2);
    state.now = OPEN;
    expect(await ask()).toHaveLength(1);
    expect(asked).toHaveLength(3);
  });

  test('is asked again after a failure', async () => {
    const { source, state } = sourceOf({ failure: notReady('not connected') });
    await expect(source.closes('KO', '2022-12-01', TODAY)).rejects.toMatchObject({ code: 'BROKER_NOT_READY' });
    Object.assign(state, { failure: undefined });
    expect(await source.closes('KO', '2022-12-01', TODAY)).toHaveLength(1);
  });
});

test('splits and dividends are the broker’s: none are told, and nothing is asked', async () => {
  const { source, asked } = sourceOf({});
  expect(await source.corporateActions('KO', '2022-01-01', TODAY)).toEqual([]);
  expect(asked).toEqual([]);
});
