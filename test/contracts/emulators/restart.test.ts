import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import { collect, controlOf, follow, framePrompt, startOnFreePorts } from './running.ts';

let stateDir: string;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'folios-emulators-'));
});
afterEach(async () => rm(stateDir, { recursive: true, force: true }));

test('with a state folder, batches and files outlive a restart in the middle and go on by the clock', async () => {
  const first = await startOnFreePorts({ stateDir, latencyMs: 300 });
  const before = new OpenAI({ apiKey: 'k', baseURL: first.urls.openai, maxRetries: 0 });
  const body = { model: 'gpt-4.1-mini', input: framePrompt() };
  const line = JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/responses', body });
  const file = await before.files.create({ file: await toFile(Buffer.from(line), 'in.jsonl'), purpose: 'batch' });
  const batch = { input_file_id: file.id, endpoint: '/v1/responses', completion_window: '24h' } as const;
  const { id } = await before.batches.create({ ...batch, metadata: { key: 'kept' } });
  await new Anthropic({ apiKey: 'k', baseURL: first.urls.anthropic }).messages.batches.create({
    requests: [
      {
        custom_id: 'x',
        params: { model: 'claude-haiku-4-5', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] },
      },
    ],
  });
  await first.close();

  const second = await startOnFreePorts({ stateDir });
  const after = new OpenAI({ apiKey: 'k', baseURL: second.urls.openai, maxRetries: 0 });
  const { last } = await follow(
    () => after.batches.retrieve(id),
    (one) => one.status,
    (one) => one.status === 'completed',
  );
  expect(last.metadata).toEqual({ key: 'kept' });
  expect(await (await after.files.content(last.output_file_id ?? '')).text()).toContain('"custom_id":"a"');
  expect(await (await after.files.content(file.id)).text()).toBe(line);
  const newer = await after.batches.create(batch);
  expect((await collect(after.batches.list())).map((one) => one.id)).toEqual([newer.id, id]);
  expect((await controlOf(second.urls.anthropic).state()).batches).toMatchObject([{ customIds: ['x'] }]);
  await second.close();
});

test('open batches can be given another latency, so that a long one ends at once', async () => {
  const emulators = await startOnFreePorts({ latencyMs: 3_600_000 });
  const client = new Anthropic({ apiKey: 'k', baseURL: emulators.urls.anthropic, maxRetries: 0 });
  const params = { model: 'claude-haiku-4-5', max_tokens: 10, messages: [{ role: 'user' as const, content: 'x' }] };
  const { id } = await client.messages.batches.create({ requests: [{ custom_id: 'x', params }] });
  expect((await client.messages.batches.retrieve(id)).processing_status).toBe('in_progress');
  await controlOf(emulators.urls.anthropic).latency({ latencyMs: 0, openBatches: true });
  expect((await client.messages.batches.retrieve(id)).processing_status).toBe('ended');
  await emulators.close();
});

test('a port that is taken fails the start with the port and its variable', async () => {
  const running = await startOnFreePorts();
  const taken = Number(new URL(running.urls.gemini).port);
  await expect(startOnFreePorts({ ports: { openai: 0, anthropic: 0, gemini: taken } })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    details: { port: taken, variable: 'FOLIOS_GEMINI_EMULATOR_PORT' },
  });
  await running.close();
});
