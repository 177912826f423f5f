import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { RunningEmulators } from '../../../src/emulators/start.ts';
import { collect, controlOf, failureOf, follow, framePrompt, startOnFreePorts } from './running.ts';

let emulators: RunningEmulators;
let client: Anthropic;
let control: ReturnType<typeof controlOf>;

beforeAll(async () => {
  emulators = await startOnFreePorts();
  client = new Anthropic({ apiKey: 'test', baseURL: emulators.urls.anthropic, maxRetries: 0 });
  control = controlOf(emulators.urls.anthropic);
});
afterEach(async () => {
  await control.latency({ latencyMs: 60, directLatencyMs: 0 });
  await control.reset();
});
afterAll(async () => emulators.close());

const FORMAT = zodOutputFormat(recommendationAnswerSchema);

function params(change: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}) {
  return {
    model: 'claude-haiku-4-5',
    max_tokens: 8000,
    messages: [{ role: 'user', content: framePrompt() }],
    output_config: { format: FORMAT },
    ...change,
  } satisfies Anthropic.MessageCreateParamsNonStreaming;
}

function create(...customIds: string[]) {
  return client.messages.batches.create({
    requests: customIds.map((custom_id) => ({ custom_id, params: params() })),
  });
}

function followBatch(id: string) {
  return follow(
    () => client.messages.batches.retrieve(id),
    (batch) => batch.processing_status,
    (batch) => batch.processing_status === 'ended',
  );
}

async function resultsOf(id: string) {
  const results = await collect(await client.messages.batches.results(id));
  return new Map(results.map((one) => [one.custom_id, one.result]));
}

describe('an Anthropic batch', () => {
  test('is in progress until it ends with all results, which come in another order', async () => {
    await control.latency({ latencyMs: 1000 });
    const created = await create('k-1', 'k-2', 'k-3');
    expect(created).toMatchObject({
      processing_status: 'in_progress',
      results_url: null,
      ended_at: null,
      request_counts: { processing: 3, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    });
    expect(await failureOf(client.get(`/v1/messages/batches/${created.id}/results`))).toMatchObject({ status: 404 });
    const { words, last } = await followBatch(created.id);
    expect(words).toEqual(['in_progress', 'ended']);
    expect(last.request_counts).toEqual({ processing: 0, succeeded: 3, errored: 0, canceled: 0, expired: 0 });
    expect(last.results_url).toMatch(new RegExp(`^${emulators.urls.anthropic}/`));
    const results = await resultsOf(created.id);
    expect([...results.keys()]).toEqual(['k-3', 'k-2', 'k-1']);
    const result = results.get('k-1');
    const block = result?.type === 'succeeded' ? result.message.content[0] : undefined;
    const answer = recommendationAnswerSchema.parse(JSON.parse(block?.type === 'text' ? block.text : ''));
    expect(answer.recommendations.filter((one) => one.action === 'BUY').length).toBeGreaterThanOrEqual(4);
  });

  test.each([
    ['failed', 'errored'],
    ['expired', 'expired'],
    ['cancelled', 'canceled'],
  ] as const)('armed as %s ends with its item as %s', async (fault, type) => {
    await control.arm({ on: 'outcome', fault });
    const { id } = await create('a');
    const { last } = await followBatch(id);
    expect(last.request_counts).toMatchObject({ [type]: 1, succeeded: 0 });
    expect((await resultsOf(id)).get('a')).toMatchObject({ type });
  });

  test('ends with results and errors side by side; parameters are judged only when they are processed', async () => {
    await control.arm({ on: 'outcome', fault: 'item_failed', match: '"custom_id":"a"' });
    await control.arm({ on: 'outcome', fault: 'item_expired', match: '"custom_id":"b"' });
    const { id } = await client.messages.batches.create({
      requests: [
        { custom_id: 'a', params: params() },
        { custom_id: 'b', params: params() },
        { custom_id: 'c', params: params({ model: 'claude-nothing' }) },
        { custom_id: 'd', params: { ...params(), temperature: 1 } as Anthropic.MessageCreateParamsNonStreaming },
        { custom_id: 'e', params: params() },
      ],
    });
    await followBatch(id);
    const results = await resultsOf(id);
    expect(results.get('a')).toMatchObject({ type: 'errored', error: { error: { type: 'api_error' } } });
    expect(results.get('b')).toEqual({ type: 'expired' });
    expect(results.get('c')).toMatchObject({ type: 'errored', error: { error: { type: 'not_found_error' } } });
    expect(results.get('d')).toMatchObject({ type: 'errored', error: { error: { type: 'invalid_request_error' } } });
    expect(results.get('e')).toMatchObject({ type: 'succeeded' });
  });

  test('is cancelled by way of canceling and deleted only after its end', async () => {
    await control.latency({ latencyMs: 2000 });
    const { id } = await create('a');
    expect(await failureOf(client.messages.batches.delete(id))).toMatchObject({ status: 400 });
    expect((await client.messages.batches.cancel(id)).processing_status).toBe('canceling');
    const { last } = await followBatch(id);
    expect(last.request_counts.canceled).toBe(1);
    expect(await client.messages.batches.delete(id)).toEqual({ id, type: 'message_batch_deleted' });
    expect(await failureOf(client.messages.batches.retrieve(id))).toMatchObject({ status: 404 });
  });

  test('is listed newest first, forwards and backwards, each batch once', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await create(`c${index}`)).id);
    expect((await collect(client.messages.batches.list({ limit: 2 }))).map((one) => one.id)).toEqual(ids);
    const before = await client.messages.batches.list({ limit: 2, before_id: ids[4] ?? '' });
    expect(before.data.map((one) => one.id)).toEqual(ids.slice(2, 4));
    expect(before.has_more).toBe(true);
  });
});

describe('Anthropic faults', () => {
  test('a create that is reset before it took effect leaves no batch, one reset after it leaves exactly one', async () => {
    await control.arm({ on: 'create', fault: 'reset_before' });
    await control.arm({ on: 'create', fault: 'reset_after' });
    expect((await failureOf(create('before'))).name).toBe('APIConnectionError');
    expect(await collect(client.messages.batches.list())).toEqual([]);
    expect((await failureOf(create('after'))).name).toBe('APIConnectionError');
    const [found, ...others] = await collect(client.messages.batches.list());
    expect(others).toEqual([]);
    await followBatch(found?.id ?? '');
    expect([...(await resultsOf(found?.id ?? '')).keys()]).toEqual(['after']);
  });

  test('429 carries retry-after, overload is 529', async () => {
    await control.arm({ on: 'direct', fault: '429', retryAfterSeconds: 3 });
    const limited = await failureOf(client.messages.create(params()));
    expect(limited).toMatchObject({ status: 429, type: 'rate_limit_error' });
    expect((limited.headers as Headers).get('retry-after')).toBe('3');
    await control.arm({ on: 'poll', fault: '529' });
    expect(await failureOf(client.messages.batches.retrieve('x'))).toMatchObject({
      status: 529,
      type: 'overloaded_error',
    });
    await control.arm({ on: 'list', fault: '500' });
    expect(await failureOf(collect(client.messages.batches.list()))).toMatchObject({ status: 500, type: 'api_error' });
  });
});

describe('Anthropic messages', () => {
  test('follow a schema, are cut at their limit, and are recorded', async () => {
    const message = await client.messages.parse({ ...params(), output_config: { format: FORMAT } });
    expect(message.parsed_output?.recommendations.length).toBeGreaterThan(3);
    const cut = await client.messages.create(params({ max_tokens: 10 }));
    expect(cut).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 10 } });
    expect((await control.state()).directCalls.map((call) => call.outputTokens)).toEqual([
      message.usage.output_tokens,
      10,
    ]);
    expect(
      (await client.messages.countTokens({ model: 'claude-haiku-4-5', messages: params().messages })).input_tokens,
    ).toBe(message.usage.input_tokens);
  });

  test('are refused in the vendor’s words: no key, a wrong key, old and new auth, unknown models, bad bodies', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${emulators.urls.anthropic}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(params()) });
    const keyless = await post({ 'anthropic-version': '2023-06-01' });
    expect(keyless.status).toBe(401);
    expect(await keyless.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
    expect((await post({ 'x-api-key': 'k' })).status).toBe(400);
    expect((await post({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })).status).toBe(200);
    const wrong = client.withOptions({ apiKey: 'invalid' });
    expect(await failureOf(wrong.messages.create(params()))).toMatchObject({
      status: 401,
      type: 'authentication_error',
    });
    const unknown = client.messages.create(params({ model: 'claude-nothing' }));
    expect(await failureOf(unknown)).toMatchObject({ status: 404, type: 'not_found_error' });
    expect(await failureOf(create('bad id!'))).toMatchObject({ status: 400 });
    expect(await failureOf(create('x'.repeat(65)))).toMatchObject({ status: 400 });
    expect((await failureOf(create('twice', 'twice'))).message).toMatch(/requests\.1\.custom_id/);
    expect(await failureOf(create())).toMatchObject({ status: 400 });
    const schema = { type: 'object', properties: { a: { type: 'number', minimum: 0 } }, additionalProperties: false };
    const bounded = client.messages.create(params({ output_config: { format: { type: 'json_schema', schema } } }));
    expect(await failureOf(bounded)).toMatchObject({ status: 400 });
  });
});
