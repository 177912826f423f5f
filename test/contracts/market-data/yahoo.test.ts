import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import YahooFinance from 'yahoo-finance2';
import { createYahooMarketData } from '../../../src/adapters/yahoo/market-data.ts';
import type { CorporateAction } from '../../../src/domain/accounting/corporate-actions.ts';
import type { MarketData } from '../../../src/ports/market-data.ts';
import { startYahooStandIn, type YahooStandIn } from './yahoo-stand-in.ts';

const DURING_SESSION = new Date('2022-12-28T18:00:00Z');
const CLOSES = [
  { marketDate: '2022-12-23', close: '63.82' },
  { marketDate: '2022-12-27', close: '64.2' },
  { marketDate: '2022-12-28', close: '63.575' },
];
const ACTIONS = [
  { kind: 'dividend', exDate: '2022-12-23', perShareUsd: '0.44' },
  { kind: 'split', exDate: '2022-12-27', ratio: { to: 2, from: 1 } },
  { kind: 'dividend', exDate: '2022-12-28', perShareUsd: '0.115' },
] satisfies CorporateAction[];

let standIn: YahooStandIn;
let market: MarketData;

beforeEach(async () => {
  standIn = await startYahooStandIn({
    KO: { closes: CLOSES, adjustment: 0.98, actions: ACTIONS },
    'BRK-B': { closes: CLOSES },
    OLD: { closes: [{ marketDate: '2022-11-01', close: '1' }] },
    ASML: { closes: CLOSES, currency: 'EUR' },
    GONE: { closes: CLOSES, quoteType: 'NONE' },
  });
  market = createYahooMarketData({ baseUrl: standIn.baseUrl, timeoutMs: 2000, now: () => DURING_SESSION });
});
afterEach(() => standIn.close());

describe('prices', () => {
  test('today’s quote is the last trade, through the cookie and the crumb, which are asked for once', async () => {
    const quote = { ticker: 'KO', price: '63.58', marketDate: '2022-12-28', source: 'yahoo' };
    expect(await market.quote('KO', '2022-12-28')).toEqual(quote);
    expect(await market.quote('KO', '2022-12-28')).toEqual(quote);
    expect(standIn.requests).toEqual(['/quote/AAPL', '/v1/test/getcrumb', '/v7/finance/quote', '/v7/finance/quote']);
  });

  test('a past day’s quote is its close as traded; closes are the adjusted ones', async () => {
    expect((await market.quote('KO', '2022-12-26')).price).toBe('63.82');
    expect(await market.closes('KO', '2022-12-23', '2022-12-23')).toEqual([
      { marketDate: '2022-12-23', close: '62.54' },
    ]);
  });

  test('the bar of a session that is still open is no close', async () => {
    const days = (closes: readonly { marketDate: string }[]) => closes.map((one) => one.marketDate);
    expect(days(await market.closes('KO', '2022-12-23', '2022-12-28'))).toEqual(['2022-12-23', '2022-12-27']);
    const evening = createYahooMarketData({ baseUrl: standIn.baseUrl, now: () => new Date('2022-12-28T22:00:00Z') });
    expect(days(await evening.closes('KO', '2022-12-23', '2022-12-28'))).toHaveLength(3);
  });

  test('a class of shares is asked for with Yahoo’s dash and answered under our name', async () => {
    expect((await market.quote('BRK.B', '2022-12-28')).ticker).toBe('BRK.B');
  });

  test('null prices, as Yahoo sends for halts, are left out', async () => {
    const times = CLOSES.map((one) => Date.parse(`${one.marketDate}T14:30:00Z`) / 1000);
    const meta = { currency: 'USD', exchangeTimezoneName: 'America/New_York' };
    const indicators = { quote: [{ close: [63, null, 0], high: [63, null, 0] }] };
    const body = JSON.stringify({ chart: { result: [{ meta, timestamp: times, indicators }], error: null } });
    standIn.failNext('/v8/finance/chart', { body });
    expect(await market.closes('KO', '2022-12-01', '2022-12-28')).toEqual([
      { marketDate: '2022-12-23', close: '63.00' },
    ]);
  });

  test('splits and dividends are the chart’s events, by their ex-date', async () => {
    expect(await market.corporateActions('KO', '2022-12-23', '2022-12-28')).toEqual(ACTIONS);
    expect(await market.corporateActions('KO', '2022-12-24', '2022-12-27')).toEqual([ACTIONS[1]]);
    expect(await market.corporateActions('BRK.B', '2022-12-23', '2022-12-28')).toEqual([]);
    expect(await market.corporateActions('KO', '1999-01-04', '1999-01-05')).toEqual([]);
    expect(await market.corporateActions('KO', '2022-12-28', '2022-12-23')).toEqual([]);
    await expect(market.corporateActions('ZZZZZ', '2022-12-23', '2022-12-28')).rejects.toMatchObject({
      code: 'TICKER_UNKNOWN',
    });
  });

  test('an odd split, as spin-offs are told, becomes a ratio of whole numbers; a negative amount is unreadable', async () => {
    const meta = { currency: 'USD', exchangeTimezoneName: 'America/New_York' };
    const date = Date.parse('2022-12-23T14:30:00Z') / 1000;
    const answer = (events: object) =>
      JSON.stringify({ chart: { result: [{ meta, events, indicators: { quote: [{}] } }], error: null } });
    const splits = { [date]: { date, numerator: 1.281, denominator: 1 } };
    standIn.failNext('/v8/', { body: answer({ splits }) });
    expect(await market.corporateActions('KO', '2022-12-23', '2022-12-23')).toEqual([
      { kind: 'split', exDate: '2022-12-23', ratio: { to: 1281, from: 1000 } },
    ]);
    standIn.failNext('/v8/', { body: answer({ dividends: { [date]: { date, amount: -1 } } }) });
    await expect(market.corporateActions('KO', '2022-12-23', '2022-12-23')).rejects.toMatchObject({
      code: 'QUOTE_UNAVAILABLE',
      details: { reason: 'unreadable' },
    });
  });

  test('it is simulated only where its calls go elsewhere', () => {
    expect(market.simulated).toBe(true);
    expect(createYahooMarketData().simulated).toBe(false);
  });

  test('the stand-in’s answers pass the client library’s own validation', async () => {
    const client = new YahooFinance({
      suppressNotices: ['yahooSurvey'],
      versionCheck: false,
      fetch: (input, init) => {
        const { pathname, search } = new URL(String(input));
        return fetch(standIn.baseUrl + pathname + search, init);
      },
    });
    expect((await client.quote('KO')).regularMarketPrice).toBe(63.575);
    const chart = await client.chart('KO', { period1: '2022-12-01', period2: '2022-12-29' });
    expect(chart.quotes).toHaveLength(3);
  });
});

describe('failures', () => {
  test('unknown, delisted, renamed and foreign symbols are TICKER_UNKNOWN', async () => {
    for (const ticker of ['ZZZZZ', 'GONE', 'ASML']) {
      await expect(market.quote(ticker, '2022-12-28')).rejects.toMatchObject({ code: 'TICKER_UNKNOWN' });
    }
    await expect(market.quote('ZZZZZ', '2022-12-20')).rejects.toMatchObject({ code: 'TICKER_UNKNOWN' });
  });

  test('a last trade of over ten days ago is no quote', async () => {
    await expect(market.quote('OLD', '2022-12-28')).rejects.toMatchObject({
      code: 'QUOTE_UNAVAILABLE',
      details: { reason: 'no_price' },
    });
  });

  test('429 says when to come back', async () => {
    standIn.failNext('/v8/', { status: 429, body: 'Too Many Requests\r\n', headers: { 'retry-after': '7' } });
    await expect(market.quote('KO', '2022-12-27')).rejects.toMatchObject({
      code: 'QUOTE_UNAVAILABLE',
      message: expect.stringContaining('Too Many Requests'),
      details: { reason: 'rate_limited', retryAfterMs: 7000, ticker: 'KO' },
    });
  });

  test('429 on the way to the crumb is told as such, and the next question starts over', async () => {
    standIn.failNext('/v1/test/getcrumb', { status: 429, body: 'Too Many Requests' });
    await expect(market.quote('KO', '2022-12-28')).rejects.toMatchObject({ details: { reason: 'rate_limited' } });
    expect((await market.quote('KO', '2022-12-28')).price).toBe('63.58');
  });

  test('an expired crumb is renewed once', async () => {
    await market.quote('KO', '2022-12-28');
    standIn.expireCrumbs();
    expect((await market.quote('KO', '2022-12-28')).price).toBe('63.58');
    expect(standIn.requests.filter((path) => path.endsWith('getcrumb'))).toHaveLength(2);
  });

  test.each([
    ['a server error', { status: 503, body: '<html>Sorry</html>' }, 'server_error'],
    ['a refusal', { status: 400, body: '{"chart":{"error":{"code":"Bad Request","description":"no"}}}' }, 'refused'],
    ['a broken connection', { reset: true }, 'network'],
    ['silence', { delayMs: 2000 }, 'timeout'],
    ['a page instead of JSON', { body: '<html>consent</html>' }, 'unreadable'],
    ['JSON of another form', { body: '{"chart":{"result":[{"meta":7}]}}' }, 'unreadable'],
    ['null', { body: 'null' }, 'unreadable'],
    ['an answer without end', { body: 'x'.repeat(8_000_001) }, 'unreadable'],
  ])('%s is QUOTE_UNAVAILABLE with its reason, in few words', async (_case, fault, reason) => {
    standIn.failNext('/v8/', fault);
    await expect(market.quote('KO', '2022-12-27')).rejects.toMatchObject({
      code: 'QUOTE_UNAVAILABLE',
      message: expect.stringMatching(/^.{1,300}$/),
      details: { reason },
    });
  });

  test('a server that is not there is QUOTE_UNAVAILABLE', async () => {
    await standIn.close();
    await expect(market.benchmark('2022-12-27')).rejects.toMatchObject({ details: { reason: 'network' } });
  });

  test('nothing is printed, whatever happens', async () => {
    const prints = (['log', 'info', 'warn', 'error', 'dir', 'debug'] as const).map((method) =>
      jest.spyOn(console, method).mockImplementation(() => undefined),
    );
    try {
      await market.quote('KO', '2022-12-28');
      for (const status of [401, 404, 429, 500]) {
        standIn.failNext('/v7/', { status, body: 'no' });
        standIn.failNext('/v7/', { status, body: 'no' });
        await market.quote('KO', '2022-12-28').catch(() => undefined);
      }
      standIn.failNext('/v7/', { body: '{"quoteResponse":{"result":[{"symbol":1}]}}' });
      await market.quote('KO', '2022-12-28').catch(() => undefined);
      for (const print of prints) expect(print).not.toHaveBeenCalled();
    } finally {
      for (const print of prints) print.mockRestore();
    }
  });
});
