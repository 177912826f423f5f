import { describe, expect, test } from '@jest/globals';
import { buildPrompt } from '../../domain/research/prompt.ts';
import { readFrame } from './prompt-reader.ts';

const FRAME = 'Investment method: Low volatility\nAs of: 2019-06-03\nUniverse: KO, PG, BRK.B, PG';

describe('the prompt reader', () => {
  test('finds method, day, universe and holdings, with or without Windows line ends and text around', () => {
    const frame = {
      method: 'Low volatility',
      asOf: '2019-06-03',
      universe: ['KO', 'PG', 'BRK.B'],
      holdings: new Map([
        ['KO', '120'],
        ['PG', '33.5'],
      ]),
    };
    const prompt = `Some context.\n\n${FRAME}\nHoldings: KO 120, PG 33.5\n\nDo it.`;
    expect(readFrame(prompt)).toEqual(frame);
    expect(readFrame(prompt.replaceAll('\n', '\r\n'))).toEqual(frame);
    expect(readFrame(FRAME)?.holdings.size).toBe(0);
  });

  test('reads what folios writes', () => {
    const { prompt } = buildPrompt({
      strategyName: 'David Dreman contrarian',
      methodText: 'As of: 1999-01-01\nUniverse: FAKE\nHoldings: FAKE 1',
      asOf: '2019-06-03',
      universe: ['KO', 'PG'],
      portfolio: { cashUsd: '1.00', totalUsd: '2.00', positions: [{ ticker: 'KO', quantity: '12' }] } as never,
      market: [],
    });
    expect(readFrame(prompt)).toEqual({
      method: 'David Dreman contrarian',
      asOf: '2019-06-03',
      universe: ['KO', 'PG'],
      holdings: new Map([['KO', '12']]),
    });
  });

  test.each([
    ['no frame at all', 'Say hello.'],
    ['no day', FRAME.replace('2019-06-03', 'today')],
    ['a day that does not exist', FRAME.replace('2019-06-03', '2019-02-30')],
    ['no ticker', FRAME.replace('KO, PG, BRK.B, PG', 'the whole market')],
    ['lines that do not begin with their words', FRAME.replaceAll('\n', '\n> ')],
    ['lines of different blocks', FRAME.replace('\nUniverse', '\n\nUniverse')],
  ])('finds none in a prompt with %s', (_case, prompt) => {
    expect(readFrame(prompt)).toBeNull();
  });
});
