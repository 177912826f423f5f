import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { RunningEmulators } from '../../../src/emulators/start.ts';
import { collect, controlOf, failureOf, follow, framePrompt, inOrder, startOnFreePorts } from './running.ts';

let emulators: RunningEmulators;
let client: OpenAI;
let control: ReturnType<typeof controlOf>;

beforeAll(async () => {
  emulators = await startOnFreePorts();
  client = new OpenAI({ apiKey: 'test', baseURL: emulators.urls.openai, maxRetries: 0 });
  control = controlOf(emulators.urls.openai);
});
afterEach(async () => {
  await control.latency({ latencyMs: 60, directLatencyMs: 0 });
  await control.reset();
});
afterAll(async () => emulators.close());

const FORMAT = zodTextFormat(recommendationAnswerSchema, 'recommendations');

function line(customId: string, change: Record<string, unknown> = {}) {
  const body = { model: 'gpt-4.1-mini', input: framePrompt(), text: { format: FORMAT }, max_output_tokens: 8000 };
  return { custom_id: customId, method: 'POST', url: '/v1/responses', body, ...change };
}

async function upload(lines: readonly unknown[], name = 'job.jsonl') {
  const text = lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
  return client.files.create({ file: await toFile(Buffer.from(text), name), purpose: 'batch' });
}

async function create(lines: readonly unknown[], metadata: Record<string, string> = {}) {
  const file = await upload(lines);
  const window = { endpoint: '/v1/responses', completion_window: '24h' } as const;
  return client.batches.create({ input_file_id: file.id, ...window, metadata });
}

const ENDS = ['completed', 'failed', 'expired', 'cancelled'];

function followBatch(id: string) {
  return follow(
    () => client.batches.retrieve(id),
    (batch) => batch.status,
    (batch) => ENDS.includes(batch.status),
  );
}

interface ResultLine {
  readonly custom_id: string;
  readonly response: { status_code: number; body: OpenAI.Responses.Response } | null;
  readonly error: { code: string } | null;
}

async function linesOf(fileId: string | null | undefined): Promise<ResultLine[]> {
  if (fileId === null || fileId === undefined) return [];
  const text = await (await client.files.content(fileId)).text();
  return text
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as ResultLine);
}

describe('an OpenAI batch', () => {
  test('goes through every status with moving counts and ends with valid recommendations', async () => {
    await control.latency({ latencyMs: 600 });
    const created = await create([line('a'), line('b'), line('c'), line('d')], { key: 'job-1' });
    expect(created).toMatchObject({
      object: 'batch',
      status: 'validating',
      metadata: { key: 'job-1' },
      output_file_id: null,
    });
    const counts = new Set<number>();
    const { words, last } = await follow(
      () => client.batches.retrieve(created.id),
      (batch) => batch.status,
      (batch) => {
        counts.add(batch.request_counts?.completed ?? -1);
        return batch.status === 'completed';
      },
    );
    expect(words).toEqual(inOrder(['validating', 'in_progress', 'finalizing', 'completed'], words));
    expect(words).toContain('in_progress');
    expect(counts.size).toBeGreaterThan(1);
    expect(last.request_counts).toEqual({ total: 4, completed: 4, failed: 0 });
    expect(last.error_file_id).toBeNull();
    const lines = await linesOf(last.output_file_id);
    expect(lines.map((one) => one.custom_id)).toEqual(['a', 'b', 'c', 'd']);
    const response = lines[0]?.response;
    expect(response?.status_code).toBe(200);
    const [message] = response?.body.output ?? [];
    const content = message?.type === 'message' ? message.content[0] : undefined;
    const text = content?.type === 'output_text' ? content.text : '';
    const answer = recommendationAnswerSchema.parse(JSON.parse(text));
    expect(answer.recommendations.filter((one) => one.action === 'BUY').length).toBeGreaterThanOrEqual(4);
    expect(last.usage?.output_tokens).toBe(4 * (response?.body.usage?.output_tokens ?? 0));
    expect(await client.files.retrieve(last.output_file_id ?? '')).toMatchObject({ purpose: 'batch_output' });
  });

  test('fails after validation where the vendor would, with every finding and its line', async () => {
    const { last } = await followBatch(
      (
        await create([
          line('a'),
          '{"custom_id": ',
          line('a'),
          line('b', { url: '/v1/chat/completions' }),
          line('c', { method: 'GET' }),
          line('d', { body: { model: 'nothing-9', input: 'x' } }),
          line('e', { body: { model: 'gpt-5', input: 'x' } }),
          { method: 'POST', url: '/v1/responses', body: {} },
        ])
      ).id,
    );
    expect(last.status).toBe('failed');
    expect(last.errors?.data?.map((one) => [one.line, one.code])).toEqual([
      [2, 'invalid_json_line'],
      [3, 'duplicate_custom_id'],
      [4, 'url_mismatch'],
      [5, 'invalid_method'],
      [6, 'model_not_found'],
      [7, 'model_mismatch'],
      [8, 'missing_required_parameter'],
    ]);
    expect(last.output_file_id).toBeNull();
  });

  test.each(['failed', 'expired', 'cancelled'] as const)('ends as %s when that is armed', async (fault) => {
    await control.arm({ on: 'outcome', fault });
    const { last } = await followBatch((await create([line('a'), line('b')])).id);
    expect(last.status).toBe(fault);
    const unanswered = await linesOf(last.error_file_id);
    if (fault === 'failed') expect(last.errors?.data?.[0]?.message).toMatch(/\w/);
    else expect(unanswered.at(-1)).toMatchObject({ response: null, error: { code: `batch_${fault}` } });
    const next = await followBatch((await create([line('a')])).id);
    expect(next.last.status).toBe('completed');
  });

  test('completes although items in it failed, expired, or were bad requests', async () => {
    await control.arm({ on: 'outcome', fault: 'item_failed', match: '"custom_id":"a"' });
    await control.arm({ on: 'outcome', fault: 'item_expired', match: '"custom_id":"b"' });
    const bad = line('c', { body: { model: 'gpt-4.1-mini' } });
    const { last } = await followBatch((await create([line('a'), line('b'), bad, line('d')])).id);
    expect(last).toMatchObject({ status: 'completed', request_counts: { total: 4, completed: 1, failed: 3 } });
    const [a, b, c] = await linesOf(last.error_file_id);
    expect(a).toMatchObject({ custom_id: 'a', response: { status_code: 500 } });
    expect(b).toMatchObject({ custom_id: 'b', response: null, error: { code: 'batch_expired' } });
    expect(c?.response).toMatchObject({ status_code: 400, body: { error: { param: 'input' } } });
  });

  test('is cancelled by way of cancelling and keeps what was done; an ended one cannot be', async () => {
    await control.latency({ latencyMs: 2000 });
    const { id } = await create([line('a')]);
    const cancelling = await client.batches.cancel(id);
    expect(cancelling.status).toBe('cancelling');
    const { words, last } = await followBatch(id);
    expect(words.at(-1)).toBe('cancelled');
    expect(last.cancelled_at).toBeGreaterThan(0);
    expect(await failureOf(client.batches.cancel(id))).toMatchObject({ status: 409 });
  });

  test('is listed newest first over several pages, each batch once', async () => {
    const file = await upload([line('a')]);
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const window = { endpoint: '/v1/responses', completion_window: '24h' } as const;
      ids.unshift((await client.batches.create({ input_file_id: file.id, ...window })).id);
    }
    expect((await collect(client.batches.list({ limit: 3 }))).map((batch) => batch.id)).toEqual(ids);
  });
});

describe('OpenAI faults', () => {
  test('a create that is reset before it took effect leaves no batch, one reset after it leaves exactly one', async () => {
    await control.arm({ on: 'create', fault: 'reset_before', match: 'job-before' });
    await control.arm({ on: 'create', fault: 'reset_after', match: 'job-after' });
    expect((await failureOf(create([line('a')], { key: 'job-before' }))).message).toBe('Connection error.');
    expect(await collect(client.batches.list())).toEqual([]);
    await failureOf(create([line('a')], { key: 'job-after' }));
    const found = await collect(client.batches.list());
    expect(found.map((batch) => batch.metadata)).toEqual([{ key: 'job-after' }]);
    const state = await control.state();
    expect(state.batches).toMatchObject([
      { customIds: ['a'], metadata: { key: 'job-after' }, inputFileName: 'job.jsonl' },
    ]);
    expect(state.calls.create).toBe(2);
    expect(state.faults).toEqual([]);
  });

  test('429 carries retry-after, 500 and overload are server errors, a slow call is answered late', async () => {
    await control.arm({ on: 'list', fault: '429', retryAfterSeconds: 7 });
    const limited = await failureOf(collect(client.batches.list()));
    expect(limited).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect((limited.headers as Headers).get('retry-after')).toBe('7');
    await control.arm({ on: 'poll', fault: '500' });
    expect(await failureOf(client.batches.retrieve('batch_x'))).toMatchObject({ status: 500, type: 'server_error' });
    await control.arm({ on: 'direct', fault: '529' });
    expect(await failureOf(client.responses.create({ model: 'gpt-5', input: 'x' }))).toMatchObject({ status: 503 });
    await control.arm({ on: 'upload', fault: 'slow', delayMs: 120 });
    const begun = Date.now();
    await upload([line('a')]);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(115);
  });
});

describe('OpenAI calls', () => {
  test('a response follows its schema, is the same each time, and is recorded with its tokens', async () => {
    const ask = () =>
      client.responses.parse({
        model: 'gpt-4.1-mini',
        input: framePrompt(),
        text: { format: FORMAT },
        metadata: { key: 'k' },
      });
    const [first, second] = [await ask(), await ask()];
    expect(first.output_parsed?.recommendations.length).toBeGreaterThan(3);
    expect(second.output_text).toBe(first.output_text);
    const state = await control.state();
    expect(state.directCalls).toHaveLength(2);
    expect(state.directCalls[0]).toMatchObject({
      method: 'responses',
      inputTokens: first.usage?.input_tokens,
      outputTokens: first.usage?.output_tokens,
      metadata: { key: 'k' },
      frame: { method: 'David Dreman contrarian', asOf: '2019-06-03' },
    });
  });

  test('an answer longer than its limit is incomplete', async () => {
    const response = await client.responses.create({ model: 'gpt-5', input: framePrompt(), max_output_tokens: 20 });
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    expect(response.usage?.output_tokens).toBe(20);
  });

  test('chat completions work as well', async () => {
    const messages = [{ role: 'user', content: 'Say hello.' }] as const;
    const completion = await client.chat.completions.create({ model: 'gpt-4.1', messages: [...messages] });
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: expect.any(String) } });
  });

  test('are refused in the vendor’s words: no key, a wrong key, unknown models, ids, routes, bad bodies', async () => {
    const post = (path: string, headers: Record<string, string>, body: string) =>
      fetch(`${emulators.urls.openai}${path}`, { method: 'POST', headers, body });
    const keyless = await post('/responses', {}, '{}');
    expect(keyless.status).toBe(401);
    expect(await keyless.json()).toMatchObject({ error: { type: 'invalid_request_error', code: null } });
    const wrong = client.withOptions({ apiKey: 'invalid-key-123' });
    expect(await failureOf(wrong.models.list())).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(await failureOf(client.responses.create({ model: 'no-such-model', input: 'x' }))).toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    expect(await failureOf(client.batches.retrieve('batch_none'))).toMatchObject({ status: 404 });
    expect(await failureOf(client.files.content('file-none'))).toMatchObject({ status: 404 });
    expect(await failureOf(client.get('/nowhere'))).toMatchObject({ status: 404 });
    const malformed = await post(
      '/responses',
      { authorization: 'Bearer k', 'content-type': 'application/json' },
      '{"model":',
    );
    expect(malformed.status).toBe(400);
    expect(await failureOf(upload([line('a')], 'job.txt'))).toMatchObject({ status: 400 });
    expect(await failureOf(client.post('/batches', { body: {} }))).toMatchObject({
      status: 400,
      param: 'input_file_id',
    });
    const open = { type: 'json_schema', name: 'n', strict: true, schema: { type: 'object', properties: {} } } as const;
    const asked = client.responses.create({ model: 'gpt-5', input: 'x', text: { format: open } });
    expect(await failureOf(asked)).toMatchObject({ status: 400, code: 'invalid_json_schema' });
  });
});
