import { describe, expect, test } from '@jest/globals';
import { toJsonLines } from '../llm/json-lines.ts';
import { itemResultsOf } from './batch-lines.ts';

const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 7, thoughtsTokenCount: 3 };
const responseOf = (candidate: object | null, more: object = {}) => ({
  ...(candidate ? { candidates: [candidate] } : {}),
  usageMetadata,
  ...more,
});
const resultOf = (line: object) => itemResultsOf(toJsonLines([{ key: 'c', ...line }]))[0];
const textOf = (text: string, finishReason?: string) => ({ content: { parts: [{ text }] }, finishReason });

describe('a line of Gemini results', () => {
  test('gives the text without the thoughts, and bills the thoughts', () => {
    const parts = [{ text: 'hm', thought: true }, { text: '{"a"' }, { text: ':1}' }];
    const response = responseOf({ content: { parts }, finishReason: 'STOP' });
    expect(resultOf({ response })).toEqual({
      customId: 'c',
      outcome: 'answered',
      text: '{"a":1}',
      usage: { inputTokens: 10, outputTokens: 10 },
      truncated: false,
    });
  });

  test('knows its question by the key of a file or of inline metadata', () => {
    const response = responseOf(textOf('{}', 'STOP'));
    expect(itemResultsOf(toJsonLines([{ metadata: { key: 'i' }, response }]))[0]).toMatchObject({ customId: 'i' });
    expect(() => itemResultsOf(toJsonLines([{ response }]))).toThrow(/no key/);
  });

  test('says when the answer was cut, also where thinking used up all tokens', () => {
    expect(resultOf({ response: responseOf(textOf('{', 'MAX_TOKENS')) })).toMatchObject({ text: '{', truncated: true });
    expect(resultOf({ response: responseOf({ finishReason: 'MAX_TOKENS' }) })).toMatchObject({ truncated: true });
  });

  test.each([
    ['a stop for safety', responseOf({ finishReason: 'SAFETY' }), 'SAFETY'],
    ['a blocked prompt', responseOf(null, { promptFeedback: { blockReason: 'OTHER' } }), 'OTHER'],
    ['no candidate', responseOf(null), 'no candidate'],
    ['an empty text', responseOf(textOf('', 'STOP')), 'no text'],
  ])('fails %s with its reason', (_, response, reason) => {
    expect(resultOf({ response })).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(reason) });
  });

  test.each([
    [1, 'cancelled'],
    [4, 'expired'],
    [13, 'failed'],
  ])('maps error %i to %s', (code, outcome) => {
    expect(resultOf({ error: { code, message: 'why' } })).toEqual({ customId: 'c', outcome, reason: 'why' });
  });
});
