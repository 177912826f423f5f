import { afterEach, describe, expect, test } from '@jest/globals';
import { jobOf } from '../../../test/contracts/llm/jobs.ts';
import { type LocalServer, sendJson, startLocalServer } from '../../../test/contracts/llm/local-server.ts';
import type { ProviderError } from '../../ports/llm-provider.ts';
import { createLlmProviders } from './providers.ts';

const KEY = 'sk-very-secret-0123456789';
const NAMES = ['openai', 'anthropic', 'gemini'] as const;
type Name = (typeof NAMES)[number];

let server: LocalServer;
afterEach(() => server?.close());

function providersAt(url: string) {
  const at = (baseUrl: string) => ({ apiKey: KEY, baseUrl, simulated: true });
  return createLlmProviders({ openai: at(`${url}/v1`), anthropic: at(url), gemini: at(url) });
}

async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => null,
    (failure: ProviderError) => failure,
  );
  expect(error?.name).toBe('ProviderError');
  expect(JSON.stringify([error?.message, error?.stack, error])).not.toContain(KEY);
  expect(error?.cause).toBeUndefined();
  return error as ProviderError;
}

const ask = (name: Name, signal?: AbortSignal) =>
  failureOf(providersAt(server.url).direct(name, 'direct').ask(jobOf('k1', 'model-x'), signal));
const poll = (name: Name) => failureOf(providersAt(server.url).batch(name).poll('batches/b1'));

describe.each(NAMES)('a failed call to %s', (name) => {
  test.each([
    [400, 'PROVIDER_REJECTED', 'none'],
    [401, 'PROVIDER_REJECTED', 'none'],
    [404, 'PROVIDER_REJECTED', 'none'],
    [408, 'PROVIDER_UNAVAILABLE', 'unknown'],
    [429, 'PROVIDER_RATE_LIMITED', 'none'],
    [500, 'PROVIDER_UNAVAILABLE', 'unknown'],
    [503, 'PROVIDER_UNAVAILABLE', 'unknown'],
    [529, 'PROVIDER_RATE_LIMITED', 'unknown'],
  ])('with status %i is %s with effect %s, after one attempt', async (status, code, effect) => {
    server = await startLocalServer((_, response) =>
      sendJson(response, { error: { message: `not with ${KEY}` } }, status, { 'retry-after': '2' }),
    );
    expect(await ask(name)).toMatchObject({ code, effect, status, retryAfterMs: 2000 });
    expect(await poll(name)).toMatchObject({ code, effect: 'none', status });
    expect(server.requests).toHaveLength(2);
  });

  test('whose connection is reset after the request is in doubt if it begins work, harmless if it reads', async () => {
    server = await startLocalServer((_, response) => response.destroy());
    expect(await ask(name)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'unknown', status: null });
    expect(await poll(name)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'none' });
    expect(server.requests).toHaveLength(2);
  });

  test('whose body breaks off half way is in doubt', async () => {
    server = await startLocalServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":', () => response.destroy());
    });
    expect(await ask(name)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'unknown' });
  });

  test('to a port where nobody listens had no effect', async () => {
    server = await startLocalServer(() => {});
    await server.close();
    expect(await ask(name)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'none' });
  });

  test('that is answered with something else than JSON is in doubt', async () => {
    server = await startLocalServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('<html>a proxy</html>');
    });
    expect(await ask(name)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'unknown' });
  });

  test('that is aborted ends at once: in doubt while it runs, without effect before it began', async () => {
    const controller = new AbortController();
    server = await startLocalServer(() => controller.abort());
    expect(await ask(name, controller.signal)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'unknown' });
    expect(await ask(name, controller.signal)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', effect: 'none' });
    expect(server.requests).toHaveLength(1);
  });
});
