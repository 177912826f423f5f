import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createFixedMarketData } from '../fixed/market-data.ts';
import { createReplayMarketData } from '../replay/market-data.ts';
import { deriveActions } from './derive-actions.ts';
import { createAsTradedMarketData } from './market-data.ts';

const DATA = path.join(import.meta.dirname, '../../../data');
const replay = createReplayMarketData(DATA);
const market = createAsTradedMarketData(DATA, { benchmark: replay });
const all = (ticker: string) => market.corporateActions(ticker, '2000-03-01', '2013-03-01');

describe('prices as they were traded', () => {
  test.each([
    ['AAPL', '2005-02-25', '88.99'],
    ['AAPL', '2005-02-28', '44.86'],
    ['MSFT', '2003-02-17', '48.30'],
    ['GOOG', '2004-08-21', '108.31'],
  ])('%s on %s was paid at %s', async (ticker, day, price) => {
    expect(await market.quote(ticker, day)).toMatchObject({ price, source: 'as_traded' });
  });

  test('closes are adjusted, as of every source, and the index is the other source’s', async () => {
    const closes = await market.closes('AAPL', '2005-02-25', '2005-02-28');
    expect(Number(closes[1]?.close) / Number(closes[0]?.close)).toBeCloseTo((44.86 * 2) / 88.99, 2);
    expect(await market.benchmark('2005-02-28')).toEqual(await replay.benchmark('2005-02-28'));
  });

  test.each([
    ['an unknown share', () => market.quote('KO', '2005-02-28'), 'TICKER_UNKNOWN'],
    ['a day after the history', () => market.quote('AAPL', '2013-04-01'), 'QUOTE_UNAVAILABLE'],
    ['a day before it', () => market.quote('FB', '2012-05-17'), 'QUOTE_UNAVAILABLE'],
    ['no day', () => market.corporateActions('AAPL', 'soon', '2005-02-28'), 'INPUT_INVALID'],
    ['an unknown share’s actions', () => market.corporateActions('KO', '2005-01-01', '2005-02-28'), 'TICKER_UNKNOWN'],
  ])('%s is a clear error', async (_case, question, code) => {
    await expect(question()).rejects.toMatchObject({ code });
  });
});

describe('splits and dividends, derived from how adjusted closes move against traded ones', () => {
  test('every split of the years is found, with its ex-date and ratio', async () => {
    const splits = await Promise.all(
      ['AAPL', 'FB', 'GOOG', 'IBM', 'MSFT'].map(async (ticker) =>
        (await all(ticker)).flatMap((one) =>
          one.kind === 'split' ? [`${ticker} ${one.exDate} ${one.ratio.to}:${one.ratio.from}`] : [],
        ),
      ),
    );
    expect(splits.flat()).toEqual(['AAPL 2000-06-21 2:1', 'AAPL 2005-02-28 2:1', 'MSFT 2003-02-18 2:1']);
  });

  test('dividends come out to the cent that was declared', async () => {
    const paid = async (ticker: string, from: string, to: string) =>
      (await market.corporateActions(ticker, from, to)).map((one) => [
        one.exDate,
        one.kind === 'dividend' ? one.perShareUsd : one.kind,
      ]);
    // The special dividend of 3.00 and the quarterly one of 0.08 went ex on the same day.
    expect(await paid('MSFT', '2004-11-15', '2005-05-16')).toEqual([
      ['2004-11-15', '3.08'],
      ['2005-02-15', '0.08'],
      ['2005-05-16', '0.08'],
    ]);
    expect(await paid('IBM', '2008-01-01', '2008-12-31')).toEqual([
      ['2008-02-06', '0.4'],
      ['2008-05-07', '0.5'],
      ['2008-08-06', '0.5'],
      ['2008-11-06', '0.5'],
    ]);
    expect(await paid('AAPL', '2012-08-01', '2013-03-01')).toEqual([
      ['2012-08-09', '2.65'],
      ['2012-11-07', '2.65'],
      ['2013-02-07', '2.65'],
    ]);
    expect([await all('FB'), await all('GOOG')]).toEqual([[], []]);
    expect((await all('IBM')).filter((one) => one.kind === 'dividend')).toHaveLength(52);
  });

  test('actions put on a holding explain the whole adjusted return, to a millionth', async () => {
    for (const ticker of ['AAPL', 'IBM', 'MSFT']) {
      let shares = 1;
      for (const action of await all(ticker)) {
        const close = Number((await market.quote(ticker, action.exDate)).price);
        if (action.kind === 'split') shares *= action.ratio.to / action.ratio.from;
        else shares *= 1 + Number(action.perShareUsd) / close;
      }
      const [first, last] = ['2000-03-01', '2013-03-01'];
      const traded = await Promise.all(
        [first, last].map(async (day) => Number((await market.quote(ticker, day)).price)),
      );
      const grown = (shares * (traded[1] ?? 0)) / (traded[0] ?? 1);
      const closes = await market.closes(ticker, first, last);
      const adjusted = Number(closes.at(-1)?.close) / Number(closes[0]?.close);
      // The grid of cents is what limits this, not the derivation.
      expect(grown / adjusted).toBeCloseTo(1, 2);
    }
  });

  test('a reverse split is found, and a jump that is neither is an error', () => {
    const days = ['2020-01-02', '2020-01-03'];
    const derive = (traded: string[], adjusted: string[]) =>
      deriveActions({ days, closes: traded }, { days, closes: adjusted });
    expect(derive(['2', '20.2'], ['20', '20.2'])).toEqual([
      { kind: 'split', exDate: '2020-01-03', ratio: { to: 1, from: 10 } },
    ]);
    expect(derive(['30', '20'], ['20', '20'])).toEqual([
      { kind: 'split', exDate: '2020-01-03', ratio: { to: 3, from: 2 } },
    ]);
    expect(() => derive(['100', '100'], ['100', '97.123'])).toThrow('2020-01-03 is neither');
  });
});

test('sources whose prices are adjusted, or never move, tell no actions: they would count twice', async () => {
  const fixed = createFixedMarketData({ benchmark: replay });
  for (const source of [replay, fixed]) {
    expect(await source.corporateActions('AAPL', '2000-03-01', '2013-03-01')).toEqual([]);
    await expect(source.corporateActions('aapl', '2000-03-01', '2013-03-01')).rejects.toMatchObject({
      code: 'TICKER_UNKNOWN',
    });
  }
});
