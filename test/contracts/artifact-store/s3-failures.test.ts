import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createS3ArtifactStore } from '../../../src/adapters/s3/artifact-store.ts';
import { listFiles } from './listed-folder.ts';
import { hasPrivateTmpfs } from './private-tmpfs.ts';
import { CREDENTIALS, provisionVersitygw, startVersitygw } from './versitygw.ts';

const BYTES = new TextEncoder().encode('content');
const SOME_REF = { uri: 'artifacts/a', sha256: 'a'.repeat(64), bytes: 7, mediaType: 'text/plain' };
const open: { stop(): Promise<void> }[] = [];

beforeAll(() => provisionVersitygw(), 16 * 60_000);
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

function storeAt(endpoint: string, other: { bucket?: string; secretAccessKey?: string; timeoutMs?: number } = {}) {
  return createS3ArtifactStore({
    ...CREDENTIALS,
    endpoint,
    region: 'us-east-1',
    bucket: 'folios',
    timeoutMs: 500,
    ...other,
  });
}

describe('a real S3 server', () => {
  test('a bucket that does not exist, or wrong keys, make the store UNAVAILABLE and say why', async () => {
    const server = await startVersitygw();
    open.push(server);
    await mkdir(path.join(server.bucketsDir, 'folios'));
    const cases = [
      [storeAt(server.endpoint, { bucket: 'elsewhere' }), 'NoSuchBucket'],
      [storeAt(server.endpoint, { secretAccessKey: 'wrong' }), 'SignatureDoesNotMatch'],
    ] as const;
    for (const [store, why] of cases) {
      const refusal = { code: 'ARTIFACT_STORE_UNAVAILABLE', message: expect.stringContaining(why) };
      await expect(store.put('a', BYTES, 'text/plain')).rejects.toMatchObject(refusal);
      await expect(store.get(SOME_REF)).rejects.toMatchObject(refusal);
      await expect(store.check()).rejects.toMatchObject(refusal);
    }
  });

  test('one that allows only reading is READ_ONLY for writes, and reading goes on', async () => {
    const bucketsDir = await mkdtemp(path.join(tmpdir(), 'folios-buckets-'));
    open.push({ stop: () => rm(bucketsDir, { recursive: true }) });
    await mkdir(path.join(bucketsDir, 'folios'));
    const writable = await startVersitygw({ bucketsDir });
    const ref = await storeAt(writable.endpoint).put('a', BYTES, 'text/plain');
    await writable.stop();

    const readOnly = await startVersitygw({ bucketsDir, readOnly: true });
    open.unshift(readOnly);
    const store = storeAt(readOnly.endpoint);
    await expect(store.put('b', BYTES, 'text/plain')).rejects.toMatchObject({ code: 'ARTIFACT_STORE_READ_ONLY' });
    await expect(store.check()).rejects.toMatchObject({ code: 'ARTIFACT_STORE_READ_ONLY' });
    expect(Buffer.from(await store.get(ref)).toString()).toBe('content');
    expect((await listFiles(path.join(bucketsDir, 'folios'))).filter((file) => !file.startsWith('objects/'))).toEqual([
      'a',
    ]);
  });

  if (hasPrivateTmpfs()) {
    test('one whose disk is full is FULL, and smaller artifacts still fit', async () => {
      const server = await startVersitygw({ smallDisk: true });
      open.push(server);
      await createBucket(server.endpoint);
      const store = storeAt(server.endpoint);
      await expect(store.put('large', new Uint8Array(400_000), 'text/plain')).rejects.toMatchObject({
        code: 'ARTIFACT_STORE_FULL',
      });
      await store.put('small', BYTES, 'text/plain');
    });
  }
});

describe('answers that our server does not give', () => {
  test.each([
    [403, 'QuotaExceeded', 'ARTIFACT_STORE_FULL'],
    [507, 'InsufficientStorage', 'ARTIFACT_STORE_FULL'],
    [507, 'XMinioStorageFull', 'ARTIFACT_STORE_FULL'],
    [403, 'AccessDenied', 'ARTIFACT_STORE_READ_ONLY'],
    [403, 'ExpiredToken', 'ARTIFACT_STORE_UNAVAILABLE'],
    [400, 'BadDigest', 'ARTIFACT_STORE_UNAVAILABLE'],
  ])('%i %s on a write is %s', async (status, name, code) => {
    const { endpoint } = await startStub((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${name}</Code></Error>`);
    });
    await expect(storeAt(endpoint).check()).rejects.toMatchObject({
      code,
      details: { bucket: 'folios', name, status },
    });
  });

  test('AccessDenied on a read is UNAVAILABLE: it is not about writing', async () => {
    const { endpoint } = await startStub((_request, response) => {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    });
    await expect(storeAt(endpoint).get(SOME_REF)).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
  });

  test('without the right to list, a missing object is written all the same', async () => {
    const { endpoint, calls } = await startStub((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 403 : 200).end();
    });
    await storeAt(endpoint).put('a', BYTES, 'text/plain');
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['HEAD', 'PUT', 'PUT']);
  });

  test('a passing fault is tried again, and no more than three times', async () => {
    let failures = 2;
    const { endpoint, calls } = await startStub((_request, response) => {
      response.writeHead(failures-- > 0 ? 500 : 200).end();
    });
    await storeAt(endpoint).check();
    expect(calls.filter((call) => call.startsWith('PUT'))).toHaveLength(3);
    failures = Number.POSITIVE_INFINITY;
    calls.length = 0;
    await expect(storeAt(endpoint).check()).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
    expect(calls).toHaveLength(3);
  });

  test('silence ends after the timeout, also in the middle of a body', async () => {
    const { endpoint } = await startStub((request, response) => {
      if (request.method === 'GET') response.writeHead(200, { 'content-length': '7' }).write('con');
    });
    const started = Date.now();
    const store = storeAt(endpoint, { timeoutMs: 200 });
    await expect(store.get(SOME_REF)).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
    await expect(store.check()).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
    expect(Date.now() - started).toBeLessThan(4000);
  });

  test('nobody listening is UNAVAILABLE, and the secret stands in no message', async () => {
    const { endpoint, stop } = await startStub(() => undefined);
    await stop();
    const refusal: unknown = await storeAt(endpoint)
      .put('a', BYTES, 'text/plain')
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain(CREDENTIALS.secretAccessKey);
  });
});

async function createBucket(endpoint: string): Promise<void> {
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: CREDENTIALS });
  await client.send(new CreateBucketCommand({ Bucket: 'folios' }));
  client.destroy();
}

async function startStub(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ endpoint: string; calls: string[]; stop(): Promise<void> }> {
  const calls: string[] = [];
  const server: Server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  open.push({ stop });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, stop };
}
