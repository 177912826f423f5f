import { type CreateBatchJobParameters, GoogleGenAI } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { RunningEmulators } from '../../../src/emulators/start.ts';
import { collect, controlOf, failureOf, follow, framePrompt, inOrder, startOnFreePorts } from './running.ts';

let emulators: RunningEmulators;
let client: GoogleGenAI;
let control: ReturnType<typeof controlOf>;

const MODEL = 'gemini-2.5-flash';
const config = { responseMimeType: 'application/json', responseJsonSchema: z.toJSONSchema(recommendationAnswerSchema) };

/** With a fetch of its own, since the SDK's default one needs an undici global that Jest's realm does not have. */
const clientWith = (apiKey: string, apiVersion = 'v1') =>
  new GoogleGenAI({
    apiKey,
    httpOptions: { baseUrl: emulators.urls.gemini, apiVersion, fetch: (...call) => fetch(...call) },
  });

beforeAll(async () => {
  emulators = await startOnFreePorts();
  client = clientWith('test');
  control = controlOf(emulators.urls.gemini);
});
afterEach(async () => {
  await control.latency({ latencyMs: 60, directLatencyMs: 0 });
  await control.reset();
});
afterAll(async () => emulators.close());

function inline(...keys: string[]) {
  return keys.map((key) => ({ contents: framePrompt(), metadata: { key }, config }));
}

function create(src: CreateBatchJobParameters['src'], displayName = 'job') {
  return client.batches.create({ model: MODEL, src, config: { displayName } });
}

const ENDS = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'].map((word) => `JOB_STATE_${word}`);

function followBatch(name: string) {
  return follow(
    () => client.batches.get({ name }),
    (job) => job.state ?? '',
    (job) => ENDS.includes(job.state ?? ''),
  );
}

/** The operation as it came: the SDK hides its error and counts. */
async function rawOf(name: string) {
  const response = await fetch(`${emulators.urls.gemini}/v1beta/${name}`, { headers: { 'x-goog-api-key': 'k' } });
  return (await response.json()) as { done?: boolean; error?: { message: string }; metadata: { batchStats: object } };
}

describe('a Gemini batch', () => {
  test('of inline requests goes through its states and gives answers in order with their metadata', async () => {
    await control.latency({ latencyMs: 600 });
    const created = await create(inline('a', 'b'), 'key-1');
    expect(created).toMatchObject({ state: 'JOB_STATE_PENDING', displayName: 'key-1', model: `models/${MODEL}` });
    const { words, last } = await followBatch(created.name ?? '');
    expect(words).toEqual(inOrder(['JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'JOB_STATE_SUCCEEDED'], words));
    expect(words).toContain('JOB_STATE_RUNNING');
    const responses = last.dest?.inlinedResponses ?? [];
    expect(responses.map((one) => one.metadata)).toEqual([{ key: 'a' }, { key: 'b' }]);
    const answer = recommendationAnswerSchema.parse(
      JSON.parse(responses[0]?.response?.candidates?.[0]?.content?.parts?.[0]?.text ?? ''),
    );
    expect(answer.recommendations.filter((one) => one.action === 'BUY').length).toBeGreaterThanOrEqual(4);
    expect(await rawOf(created.name ?? '')).toMatchObject({
      done: true,
      metadata: { batchStats: { requestCount: '2', successfulRequestCount: '2' } },
    });
  });

  test('of an uploaded file, in chunks, gives a file of results by key', async () => {
    const request = { contents: [{ role: 'user', parts: [{ text: framePrompt() }] }], generationConfig: config };
    const padding = 'x'.repeat(9 * 1024 * 1024);
    const padded = { contents: [{ parts: [{ text: padding }] }], generation_config: { max_output_tokens: 100 } };
    const lines = [
      { key: 'a', request },
      { key: 'b', request: padded },
      { key: 'c', request: { contents: [] } },
    ];
    const file = await client.files.upload({
      file: new Blob([lines.map((one) => JSON.stringify(one)).join('\n')], { type: 'application/jsonl' }),
      config: { displayName: 'in.jsonl' },
    });
    expect(file).toMatchObject({ state: 'ACTIVE', displayName: 'in.jsonl' });
    const { name = '' } = await create({ fileName: file.name ?? '' });
    const { last } = await followBatch(name);
    const results = await fetch(`${emulators.urls.gemini}/v1/${last.dest?.fileName}:download?alt=media`, {
      headers: { 'x-goog-api-key': 'k' },
    });
    const parsed = (await results.text())
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one));
    expect(parsed).toMatchObject([
      { key: 'a', response: { candidates: [{ finishReason: 'STOP' }] } },
      { key: 'b', response: { usageMetadata: {} } },
      { key: 'c', error: { code: 3 } },
    ]);
    expect((await collect(await client.files.list())).map((one) => one.name)).toEqual([file.name]);
    await client.files.delete({ name: file.name ?? '' });
    expect(await failureOf(client.files.get({ name: file.name ?? '' }))).toMatchObject({ status: 403 });
  });

  test.each(['failed', 'expired', 'cancelled'] as const)(
    'ends as %s when that is armed, and says why',
    async (fault) => {
      await control.arm({ on: 'outcome', fault });
      const { name = '' } = await create(inline('a'));
      expect((await followBatch(name)).last.state).toBe(`JOB_STATE_${fault.toUpperCase()}`);
      expect(await rawOf(name)).toMatchObject({ done: true, error: { message: expect.stringContaining(fault) } });
    },
  );

  test('succeeds although an item in it failed', async () => {
    await control.arm({ on: 'outcome', fault: 'item_failed', match: '"key":"a"' });
    const { name = '' } = await create(inline('a', 'b'));
    const { last } = await followBatch(name);
    expect(last.state).toBe('JOB_STATE_SUCCEEDED');
    expect(last.dest?.inlinedResponses).toMatchObject([
      { error: { code: 13 }, metadata: { key: 'a' } },
      { response: { candidates: [{}] }, metadata: { key: 'b' } },
    ]);
  });

  test('can be cancelled while it works and deleted', async () => {
    await control.latency({ latencyMs: 2000 });
    const { name = '' } = await create(inline('a'));
    await client.batches.cancel({ name });
    expect((await followBatch(name)).last.state).toBe('JOB_STATE_CANCELLED');
    await client.batches.delete({ name });
    expect(await failureOf(client.batches.get({ name }))).toMatchObject({ status: 404 });
  });

  test('is listed newest first over several pages, each batch once', async () => {
    const names: string[] = [];
    for (let index = 0; index < 5; index += 1) names.unshift((await create(inline('a'), `n${index}`)).name ?? '');
    const listed = await collect(await client.batches.list({ config: { pageSize: 2 } }));
    expect(listed.map((job) => job.name)).toEqual(names);
    expect(listed.at(-1)?.displayName).toBe('n0');
  });
});

describe('Gemini faults', () => {
  test('a create that is reset before it took effect leaves no batch, one reset after it leaves exactly one', async () => {
    await control.arm({ on: 'create', fault: 'reset_before', match: 'job-before' });
    await control.arm({ on: 'create', fault: 'reset_after', match: 'job-after' });
    expect((await failureOf(create(inline('a'), 'job-before'))).message).toMatch(/fetch failed/);
    expect(await collect(await client.batches.list())).toEqual([]);
    expect((await failureOf(create(inline('a'), 'job-after'))).message).toMatch(/fetch failed/);
    expect((await collect(await client.batches.list())).map((job) => job.displayName)).toEqual(['job-after']);
    expect((await control.state()).batches).toMatchObject([{ displayName: 'job-after', customIds: ['a'] }]);
  });

  test('429 tells when to retry, 500 and overload are server errors', async () => {
    await control.arm({ on: 'create', fault: '429', retryAfterSeconds: 9 });
    const limited = await failureOf(create(inline('a')));
    expect(limited.status).toBe(429);
    expect(limited.message).toContain('"retryDelay":"9s"');
    await control.arm({ on: 'direct', fault: '500' });
    expect(await failureOf(client.models.generateContent({ model: MODEL, contents: 'x' }))).toMatchObject({
      status: 500,
    });
    await control.arm({ on: 'poll', fault: '529' });
    expect(await failureOf(client.batches.get({ name: 'batches/x' }))).toMatchObject({ status: 503 });
  });
});

describe('Gemini content', () => {
  test('follows a schema under both API versions, streamed or whole, and is counted', async () => {
    const whole = await client.models.generateContent({ model: MODEL, contents: framePrompt(), config });
    const older = await clientWith('k', 'v1beta').models.generateContent({
      model: MODEL,
      contents: framePrompt(),
      config,
    });
    const stream = await client.models.generateContentStream({ model: MODEL, contents: framePrompt(), config });
    const pieces = await collect(stream);
    expect(recommendationAnswerSchema.safeParse(JSON.parse(whole.text ?? '')).success).toBe(true);
    expect(older.text).toBe(whole.text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.map((piece) => piece.text).join('')).toBe(whole.text);
    expect(pieces.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    const counted = await client.models.countTokens({ model: MODEL, contents: framePrompt() });
    expect(counted.totalTokens).toBe(whole.usageMetadata?.promptTokenCount);
    expect((await control.state()).directCalls.map((call) => call.method)).toEqual([
      'generateContent',
      'generateContent',
      'streamGenerateContent',
    ]);
  });

  test('is refused in the vendor’s words: no key, a wrong key, unknown models and versions, bad bodies', async () => {
    const post = (path: string, headers: Record<string, string>, body: string) =>
      fetch(`${emulators.urls.gemini}${path}`, { method: 'POST', headers, body });
    const path = `/v1/models/${MODEL}:generateContent`;
    const keyless = await post(path, {}, '{}');
    expect(keyless.status).toBe(403);
    expect(await keyless.json()).toMatchObject({ error: { status: 'PERMISSION_DENIED' } });
    const wrong = clientWith('invalid').models.generateContent({ model: MODEL, contents: 'x' });
    expect((await failureOf(wrong)).message).toContain('API_KEY_INVALID');
    const unknown = client.models.generateContent({ model: 'gemini-nothing', contents: 'x' });
    expect(await failureOf(unknown)).toMatchObject({ status: 404 });
    expect((await post('/v9/models/gemini-2.5-flash:generateContent', { 'x-goog-api-key': 'k' }, '{}')).status).toBe(
      404,
    );
    expect((await post(path, { 'x-goog-api-key': 'k' }, '{')).status).toBe(400);
    expect((await post(path, { 'x-goog-api-key': 'k' }, '{}')).status).toBe(400);
    expect((await post(`${path}?key=in-the-query`, {}, '{"contents":[{"parts":[{"text":"x"}]}]}')).status).toBe(200);
    expect(await failureOf(create([]))).toMatchObject({ status: 400 });
    expect(await failureOf(create({ fileName: 'files/none' }))).toMatchObject({ status: 404 });
  });
});
