import { describe, expect, test } from '@jest/globals';
import { toJsonLines } from '../llm/json-lines.ts';
import { firstCustomId, itemResultsOf } from './batch-lines.ts';

const usage = { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: null, output_tokens: 7 };
const messageOf = (more: object, ...content: object[]) => ({ content, stop_reason: 'end_turn', usage, ...more });
const resultOf = (result: object) => itemResultsOf(toJsonLines([{ custom_id: 'c', result }]))[0];
const succeeded = (more: object, ...content: object[]) =>
  resultOf({ type: 'succeeded', message: messageOf(more, ...content) });

describe('a line of Anthropic results', () => {
  test('gives the text blocks with all input tokens, cached ones too', () => {
    const result = succeeded({}, { type: 'thinking', thinking: 'hm' }, { type: 'text', text: '{}' });
    expect(result).toMatchObject({ outcome: 'answered', text: '{}', truncated: false });
    expect(result).toMatchObject({ usage: { inputTokens: 15, outputTokens: 7 } });
  });

  test('says when the answer was cut', () => {
    const text = { type: 'text', text: '{' };
    expect(succeeded({ stop_reason: 'max_tokens' }, text)).toMatchObject({ truncated: true });
    expect(succeeded({ stop_reason: 'model_context_window_exceeded' }, text)).toMatchObject({ truncated: true });
  });

  test.each([
    ['a refusal', 'failed', { type: 'succeeded', message: messageOf({ stop_reason: 'refusal' }) }, 'refused'],
    ['an error', 'failed', { type: 'errored', error: { error: { type: 't', message: 'overloaded' } } }, 'overloaded'],
    ['an expired request', 'expired', { type: 'expired' }, 'expired'],
    ['a cancelled request', 'cancelled', { type: 'canceled' }, 'cancelled'],
    ['a type of later days', 'failed', { type: 'postponed' }, 'postponed'],
  ])('maps %s to %s with a reason', (_, outcome, result, reason) => {
    expect(resultOf(result)).toMatchObject({ outcome, reason: expect.stringContaining(reason) });
  });

  test('shows its first custom id even where the rest is missing', () => {
    expect(firstCustomId(Buffer.from('{"custom_id":"k-0","result":{}}\n{"custom'))).toBe('k-0');
    expect(firstCustomId(new Uint8Array())).toBeNull();
  });
});
