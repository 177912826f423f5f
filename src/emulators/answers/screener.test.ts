import { describe, expect, test } from '@jest/globals';
import {
  createGeneratedMarketData,
  GENERATED_SHARES,
  GENERATED_UNIVERSE,
} from '../../../test/factories/generated-market-data.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../domain/research/provider.ts';
import type { MarketData } from '../../ports/market-data.ts';
import type { Frame } from './prompt-reader.ts';
import { createScreener } from './screener.ts';

const MARKET = createGeneratedMarketData(GENERATED_SHARES);

function frameFor(method: string, change: Partial<Frame> = {}): Frame {
  return { method, asOf: '2019-06-03', universe: GENERATED_UNIVERSE, holdings: new Map(), ...change };
}

async function screen(frame: Frame, provider: ProviderName = 'openai', seed = '1', market: MarketData = MARKET) {
  return (await createScreener(market, seed).screen(frame, frame.method, provider)).recommendations;
}

async function bought(method: string, change: Partial<Frame> = {}): Promise<string[]> {
  const advice = await screen(frameFor(method, change));
  return advice.filter((one) => one.action === 'BUY').map((one) => one.ticker);
}

const METHOD_NAMES = [
  'David Dreman contrarian',
  'Benjamin Graham defensive',
  'Peter Lynch GARP',
  'Joel Greenblatt good and cheap',
  "William O'Neil leaders",
  'Buffett-like quality',
  'Dual momentum',
  'Low volatility',
  'My own idea',
];

describe('the screener', () => {
  test.each(METHOD_NAMES)('gives advice by %s that keeps every rule, for each provider', async (method) => {
    for (const provider of PROVIDER_NAMES) {
      const advice = await screen(frameFor(method), provider);
      const buys = advice.filter((one) => one.action === 'BUY');
      expect(buys.length).toBeGreaterThanOrEqual(4);
      expect(buys.length).toBeLessThanOrEqual(8);
      expect(new Set(advice.map((one) => one.ticker)).size).toBe(advice.length);
      const invested = advice.reduce((total, one) => total + one.allocation_percent, 0);
      expect(invested).toBeGreaterThan(50);
      expect(invested).toBeLessThanOrEqual(98);
      for (const one of advice) {
        expect(one.stop_loss).toBeGreaterThan(0);
        expect(one.stop_loss).toBeLessThan(one.entry_price);
        expect(one.target_price).toBeGreaterThan(one.entry_price);
        expect(one.entry_price).toBe(Number((await MARKET.quote(one.ticker, '2019-06-03')).price));
        expect(one.rationale).toContain(one.ticker);
        expect(one.rationale).toMatch(/\d%/);
      }
      for (const buy of buys) expect(buy.allocation_percent).toBeGreaterThan(0);
    }
  });

  test('buys what each method looks for', async () => {
    expect(await bought('contrarian')).toEqual(expect.arrayContaining(['LOST', 'HURT', 'DENT']));
    expect(await bought('low volatility')).toEqual(expect.arrayContaining(['CALM', 'EVEN', 'SLOW']));
    expect((await bought('dual momentum')).slice(0, 3)).toEqual(expect.arrayContaining(['FAST', 'LEAD']));
    expect(await bought('dual momentum')).not.toContain('SINK');
    expect(await bought("O'Neil")).toEqual(expect.arrayContaining(['FAST', 'LEAD']));
  });

  test('keeps cash rather than buy against absolute momentum', async () => {
    const universe = ['SINK', 'DROP', 'LOST', 'CALM'];
    expect(await bought('dual momentum', { universe })).toEqual(['CALM']);
    const advice = await screen(frameFor('dual momentum', { universe: ['SINK', 'DROP'] }));
    expect(advice.map((one) => one.action)).toEqual(['HOLD', 'HOLD']);
  });

  test('sells what fell out of the ranking, holds what stays in it, buys only what is new', async () => {
    const holdings = new Map([
      ['CALM', '10'],
      ['WILD', '5'],
    ]);
    const advice = await screen(frameFor('low volatility', { holdings }));
    expect(advice.find((one) => one.ticker === 'WILD')).toMatchObject({ action: 'SELL', allocation_percent: 0 });
    expect(advice.find((one) => one.ticker === 'CALM')?.action).toBe('HOLD');
  });

  test('knows nothing of the days after the asked one', async () => {
    const blind: MarketData = {
      ...MARKET,
      closes: async (ticker, from, to) => {
        if (to > '2016-03-01') throw new Error('looked ahead');
        return MARKET.closes(ticker, from, to);
      },
    };
    const past = frameFor('contrarian', { asOf: '2016-03-01' });
    expect(await screen(past, 'openai', '1', blind)).toEqual(await screen(past));
  });

  test('gives the same answer for the same seed and three different portfolios for three providers', async () => {
    const portfolios = await Promise.all(PROVIDER_NAMES.map((provider) => screen(frameFor('contrarian'), provider)));
    expect(new Set(portfolios.map((one) => JSON.stringify(one))).size).toBe(3);
    expect(await screen(frameFor('quality'))).toEqual(await screen(frameFor('quality')));
  });

  test('leaves out tickers without a year of prices and has no advice where none has', async () => {
    const universe = ['NONE', ...GENERATED_UNIVERSE];
    expect((await screen(frameFor('value', { universe }))).map((one) => one.ticker)).not.toContain('NONE');
    expect(await screen(frameFor('value', { asOf: '2012-06-01' }))).toEqual([]);
    const failing: MarketData = { ...MARKET, closes: () => Promise.reject(new Error('disk')) };
    await expect(screen(frameFor('value'), 'openai', '1', failing)).rejects.toThrow('disk');
  });

  test('reads each share once for any number of questions at the same moment', async () => {
    let reads = 0;
    const counted: MarketData = {
      ...MARKET,
      closes: (...asked) => {
        reads += 1;
        return MARKET.closes(...asked);
      },
    };
    const screener = createScreener(counted, '1');
    const frame = frameFor('contrarian');
    await Promise.all(Array.from({ length: 50 }, () => screener.screen(frame, frame.method, 'gemini')));
    expect(reads).toBe(GENERATED_UNIVERSE.length);
  });

  test('keeps stop, entry and target apart for shares of cents', async () => {
    const penny = createGeneratedMarketData({ DUST: { drift: -2.5, swing: 0.02 }, CENT: { drift: -0.9, swing: 0.01 } });
    const advice = await screen(frameFor('other', { universe: ['DUST', 'CENT'] }), 'openai', '1', penny);
    expect(advice).toHaveLength(2);
    for (const one of advice) {
      expect(one.stop_loss).toBeGreaterThan(0);
      expect(one.stop_loss).toBeLessThan(one.entry_price);
      expect(one.target_price).toBeGreaterThan(one.entry_price);
    }
  });
});
