import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { removeStaleCallFolders } from '../../../src/adapters/gemini-cli/call-folder.ts';
import { createGeminiCliProvider } from '../../../src/adapters/gemini-cli/direct.ts';
import { jobOf } from './jobs.ts';
import { type LocalServer, sendJson, startLocalServer } from './local-server.ts';

const KEY = 'secret-key-123';
let workDir: string;
let server: LocalServer | null = null;
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'folios-cli-test-'));
});
afterEach(async () => {
  await server?.close();
  server = null;
  // A call leaves nothing behind, whatever became of it.
  expect(await readdir(workDir)).toEqual([]);
  await rm(workDir, { recursive: true });
});

/** Server-sent events as streamGenerateContent sends them. */
function stream(response: ServerResponse, parts: readonly object[], finishReason = 'STOP', candidatesTokenCount = 20) {
  const usageMetadata = { promptTokenCount: 100, candidatesTokenCount, thoughtsTokenCount: 5 };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = { candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }], usageMetadata };
  response.end(`data: ${JSON.stringify(event)}\r\n\r\n`);
}

async function provider(handle: Parameters<typeof startLocalServer>[0], timeoutMs = 20_000) {
  server = await startLocalServer(handle);
  return createGeminiCliProvider({ apiKey: KEY, baseUrl: server.url, simulated: true, workDir, timeoutMs });
}

const job = jobOf('k1', 'gemini-2.5-flash');

describe('gemini-cli', () => {
  test('answers a prompt of 300 kB with our system prompt, our limit and no tool that could do anything', async () => {
    const cli = await provider((_, response) => stream(response, [{ text: '{"recommendations":' }, { text: '[]}' }]));
    const prompt = `/help user@example.com @/etc/hostname ${'x'.repeat(300_000)}`;
    const { raw, item } = await cli.ask(jobOf('k1', 'gemini-2.5-flash', 1, prompt));
    expect(item).toEqual({
      customId: 'k1-i0',
      outcome: 'answered',
      text: '{"recommendations":[]}',
      usage: { inputTokens: 100, outputTokens: 25 },
      truncated: false,
    });
    expect(JSON.parse(Buffer.from(raw).toString())).toMatchObject({ response: '{"recommendations":[]}' });
    expect(server?.requests).toHaveLength(1);
    const request = server?.requests[0];
    expect(request?.path).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
    expect(request?.headers['x-goog-api-key']).toBe(KEY);
    const body = JSON.parse(request?.body ?? '');
    expect(body.contents.at(-1).parts.at(-1).text).toContain(prompt);
    expect(body.systemInstruction.parts[0].text).toMatch(/^You are a careful investor\..*"allocation_percent"/s);
    expect(body.generationConfig.maxOutputTokens).toBe(4000);
    const tools = body.tools.flatMap((tool: { functionDeclarations: { name: string }[] }) => tool.functionDeclarations);
    expect(tools.map((tool: { name: string }) => tool.name)).toEqual(['list_directory']);
  });

  test('fails an item that the model blocked, and one for which it wants tools again and again', async () => {
    const blocked = await provider((_, response) => stream(response, [], 'SAFETY'));
    expect((await blocked.ask(job)).item).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/SAFETY/) });
    await server?.close();
    const call = { functionCall: { name: 'run_shell_command', args: { command: 'id' } } };
    const greedy = await provider((_, response) => stream(response, [call]));
    expect((await greedy.ask(job)).item).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/tools/) });
  });

  test('gives the reason of a refusal in the words of the API, without the key', async () => {
    const cli = await provider((_, response) =>
      sendJson(response, { error: { code: 400, message: `no model for ${KEY}`, status: 'INVALID_ARGUMENT' } }, 400),
    );
    const error = await cli.ask(job).catch((failure: Error) => failure);
    expect(error).toMatchObject({ name: 'ProviderError', code: 'PROVIDER_REJECTED', effect: 'none', status: 400 });
    expect((error as Error).message).toMatch(/it answered 400: no model for \[key\]$/);
  });

  test('is killed when the call is aborted while the model thinks', async () => {
    const controller = new AbortController();
    const cli = await provider(() => controller.abort());
    await expect(cli.ask(job, controller.signal)).rejects.toMatchObject({ effect: 'unknown' });
    await expect(cli.ask(job, controller.signal)).rejects.toMatchObject({ effect: 'none' });
  });

  test('removes what a killed process left behind, and only that', async () => {
    for (const name of ['call-old', 'call-running', 'other']) await mkdir(join(workDir, name));
    await utimes(join(workDir, 'call-old'), 0, 0);
    await utimes(join(workDir, 'other'), 0, 0);
    await removeStaleCallFolders(workDir, Date.now());
    expect((await readdir(workDir)).sort()).toEqual(['call-running', 'other']);
    await Promise.all(['call-running', 'other'].map((name) => rm(join(workDir, name), { recursive: true })));
  });
});
