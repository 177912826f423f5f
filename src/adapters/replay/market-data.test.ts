import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createReplayMarketData, REPLAY_FIRST_DAY, REPLAY_LAST_DAY } from './market-data.ts';

const DATA_DIR = path.join(import.meta.dirname, '../../../data');
const replay = createReplayMarketData(DATA_DIR);

describe('bundled price history', () => {
  test('covers the days it says, for shares and index alike', async () => {
    const closes = await replay.closes('KO', '1900-01-01', '2100-01-01');
    expect(closes).toHaveLength(8313);
    expect(closes[0]?.marketDate).toBe(REPLAY_FIRST_DAY);
    expect(closes.at(-1)?.marketDate).toBe(REPLAY_LAST_DAY);
    expect(await replay.benchmark(REPLAY_FIRST_DAY)).toEqual({ marketDate: REPLAY_FIRST_DAY, close: '359.69' });
    expect(await replay.benchmark(REPLAY_LAST_DAY)).toEqual({ marketDate: REPLAY_LAST_DAY, close: '3783.22' });
  });

  test('serves a price as the file has it, rounded half up to the exchange grid', async () => {
    expect(await replay.quote('AAPL', '2022-12-28')).toEqual({
      ticker: 'AAPL',
      price: '125.67',
      marketDate: '2022-12-28',
      source: 'replay',
    });
    expect((await replay.quote('AMD', '1990-01-02')).price).toBe('4.13');
    expect((await replay.quote('AAPL', '1990-01-02')).price).toBe('0.264');
  });

  test('serves FB, GOOG and IBM from the adjusted closes of the second file, and AAPL from the first', async () => {
    expect((await replay.quote('FB', '2012-05-18')).price).toBe('38.23');
    expect(await replay.closes('GOOG', '2004-01-01', '2013-12-31')).toHaveLength(2148);
    expect((await replay.quote('IBM', '2000-03-01')).marketDate).toBe('2000-03-01');
    expect((await replay.quote('AAPL', '2000-03-01')).price).not.toBe('4.19');
  });

  test('takes the last close of up to ten calendar days ago, and no older one', async () => {
    expect((await replay.quote('KO', '2023-01-07')).marketDate).toBe('2022-12-28');
    await expect(replay.quote('KO', '2023-01-08')).rejects.toMatchObject({ code: 'QUOTE_UNAVAILABLE' });
    await expect(replay.quote('FB', '2012-05-17')).rejects.toMatchObject({
      code: 'QUOTE_UNAVAILABLE',
      details: { source: 'replay', ticker: 'FB', asOf: '2012-05-17', reason: 'outside_history' },
    });
  });
});

describe('price history files that cannot be used', () => {
  test('a missing file is named, and is found once it is there', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'folios-data-'));
    try {
      const market = createReplayMarketData(dataDir);
      await expect(market.quote('A', '2020-01-02')).rejects.toMatchObject({ code: 'INTERNAL' });
      await writeHistory(dataDir, 'Date,A\n2020-01-02,5\n');
      expect((await market.quote('A', '2020-01-02')).price).toBe('5.00');
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  test.each([
    ['days out of order', 'Date,A\n2020-01-03,5\n2020-01-02,5\n'],
    ['a day twice', 'Date,A\n2020-01-03,5\n2020-01-03,5\n'],
    ['an empty cell', 'Date,A\n2020-01-02,\n'],
    ['a cell that is no price', 'Date,A\n2020-01-02,-1\n'],
    ['a day that does not exist', 'Date,A\n2020-02-30,1\n'],
    ['another first column', 'Day,A\n2020-01-02,1\n'],
    ['a row that is too short', 'Date,A\n2020-01-02\n'],
  ])('%s is refused instead of served', async (_case, closes) => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'folios-data-'));
    try {
      await writeHistory(dataDir, closes);
      await expect(createReplayMarketData(dataDir).quote('A', '2020-01-03')).rejects.toMatchObject({
        code: 'INTERNAL',
        details: { file: 'closes-1990-2022.csv.gz' },
      });
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});

async function writeHistory(dataDir: string, closes: string): Promise<void> {
  const files = {
    'closes-1990-2022.csv.gz': closes,
    'ohlcv-2000-2013.csv.gz': 'Ticker,Date,Open,High,Low,Close,Volume,Adj Close\n',
    'sp500-index-1990-2022.csv.gz': 'Date,SP500\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(dataDir, name), gzipSync(text));
}
