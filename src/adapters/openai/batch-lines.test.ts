import { describe, expect, test } from '@jest/globals';
import { toJsonLines } from '../llm/json-lines.ts';
import { itemResultsOf } from './batch-lines.ts';

const usage = { input_tokens: 11, output_tokens: 7 };
const message = (...content: object[]) => [{ type: 'reasoning' }, { type: 'message', content }];
const text = (value: string) => ({ type: 'output_text', text: value });

function resultOf(body: object | null, error: object | null = null, status_code = 200) {
  const response = body === null ? null : { status_code, request_id: 'r', body };
  return itemResultsOf(toJsonLines([{ id: 'l', custom_id: 'c', response, error }]))[0];
}

describe('a line of OpenAI results', () => {
  test('gives the text of all message parts with its tokens', () => {
    const body = { status: 'completed', output: message(text('{"a"'), text(':1}')), usage };
    expect(resultOf(body)).toEqual({
      customId: 'c',
      outcome: 'answered',
      text: '{"a":1}',
      usage: { inputTokens: 11, outputTokens: 7 },
      truncated: false,
    });
  });

  test('says when the answer was cut, also where thinking used up all tokens', () => {
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage };
    expect(resultOf({ ...cut, output: message(text('{')) })).toMatchObject({ text: '{', truncated: true });
    expect(resultOf({ ...cut, output: [{ type: 'reasoning' }] })).toMatchObject({ text: '', truncated: true });
  });

  test.each([
    ['a refusal', { status: 'completed', output: message({ type: 'refusal', refusal: 'I will not' }) }, 'I will not'],
    ['a filtered answer', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
    ['a failed response', { status: 'failed', error: { code: 'server_error', message: 'boom' } }, 'boom'],
    ['an empty response', { status: 'completed', output: [] }, 'no text'],
  ])('fails %s with its reason', (_, body, reason) => {
    expect(resultOf({ ...body, usage })).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(reason) });
  });

  test('keeps failed, expired and cancelled requests apart', () => {
    expect(resultOf({ error: { message: 'bad model' } }, null, 400)).toMatchObject({
      outcome: 'failed',
      reason: 'bad model',
    });
    expect(resultOf(null, { code: 'batch_expired', message: 'too late' })).toMatchObject({
      outcome: 'expired',
      reason: 'too late',
    });
    expect(resultOf(null, { code: 'batch_cancelled' })).toMatchObject({ outcome: 'cancelled' });
    expect(resultOf(null)).toMatchObject({ outcome: 'failed', reason: 'no response' });
  });

  test('refuses an answer above 2 MB and a line in another form', () => {
    const body = { status: 'completed', output: message(text('x'.repeat(2 * 1024 * 1024 + 1))), usage };
    expect(() => resultOf(body)).toThrow(expect.objectContaining({ code: 'ANSWER_TOO_LARGE' }));
    expect(() => itemResultsOf(Buffer.from('{"custom_id":"c"}\n\n{"custom_id":1}\n'))).toThrow(/line 3/);
  });
});
