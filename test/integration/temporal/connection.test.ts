import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import {
  connectTemporal,
  type TemporalLink,
  type TemporalSettings,
} from '../../../src/adapters/temporal/connection.ts';
import { ensureSearchAttributes } from '../../../src/adapters/temporal/namespace.ts';
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/search-attributes.ts';
import { environment } from '../../factories/environment.ts';

const KEYS = [{ id: 'test-key', key: new Uint8Array(32).fill(5) }];

function settings(overrides: Partial<TemporalSettings> = {}): TemporalSettings {
  const embeddedAddress = environment('FOLIOS_TEST_TEMPORAL_ADDRESS');
  return { external: false, embeddedAddress, namespace: 'default', environment: {}, encryptionKeys: [], ...overrides };
}

describe('connecting to Temporal', () => {
  test('follows TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE where the server is not ours', async () => {
    const { embeddedAddress } = settings();
    const own = { TEMPORAL_ADDRESS: embeddedAddress, TEMPORAL_NAMESPACE: 'default' };
    const link = await connectTemporal(settings({ external: true, embeddedAddress: '127.0.0.1:1', environment: own }));
    expect([link.address, link.namespace]).toEqual([embeddedAddress, 'default']);
    await (await link.native()).ensureConnected();
    await link.close();
  });

  test.each([
    [false, '`npm start`'],
    [true, 'check TEMPORAL_ADDRESS'],
  ])(
    'that is down (external: %s) is TEMPORAL_UNREACHABLE at once, with address and remedy',
    async (external, remedy) => {
      const startedAt = performance.now();
      const target = { embeddedAddress: '127.0.0.1:1', environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } };
      await expect(connectTemporal(settings({ external, ...target }))).rejects.toMatchObject({
        code: 'TEMPORAL_UNREACHABLE',
        message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:1 .*${remedy}`)),
      });
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    },
  );

  test('that takes connections but never answers is TEMPORAL_UNREACHABLE within 6 seconds', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const startedAt = performance.now();
    await expect(connectTemporal(settings({ embeddedAddress: `127.0.0.1:${port}` }))).rejects.toMatchObject({
      code: 'TEMPORAL_UNREACHABLE',
    });
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('to a namespace that does not exist says how to create it', async () => {
    await expect(connectTemporal(settings({ namespace: 'nowhere' }))).rejects.toMatchObject({
      code: 'TEMPORAL_UNREACHABLE',
      message: expect.stringContaining('temporal operator namespace create -n nowhere'),
    });
  });
});

describe('a namespace', () => {
  let link: TemporalLink;
  const namespace = `attributes-${randomUUID().slice(0, 8)}`;
  beforeAll(async () => {
    link = await connectTemporal(settings());
    const workflowExecutionRetentionPeriod = { seconds: 86_400 as never };
    await link.connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  });
  afterAll(() => link.close());

  test('gets our search attributes from two processes at once, and they can be used at once', async () => {
    await Promise.all([
      ensureSearchAttributes(link.connection, namespace),
      ensureSearchAttributes(link.connection, namespace),
    ]);
    await ensureSearchAttributes(link.connection, namespace);
    const query = Object.values(SEARCH_ATTRIBUTES)
      .map(({ name }) => `${name} = 'x'`)
      .join(' OR ');
    await expect(link.connection.workflowService.listWorkflowExecutions({ namespace, query })).resolves.toBeDefined();
  });

  test('that may not be changed is an error with the commands to run', async () => {
    await expect(ensureSearchAttributes(link.connection, 'nowhere')).rejects.toMatchObject({
      code: 'TEMPORAL_UNREACHABLE',
      message: expect.stringContaining(
        'temporal operator search-attribute create -n nowhere --name FoliosKind --type Keyword',
      ),
    });
  });
});

describe('with an encryption key', () => {
  let link: TemporalLink;
  beforeAll(async () => {
    // The workflow fails on purpose; that is no news for the reader of the test's output.
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    link = await connectTemporal(settings({ encryptionKeys: KEYS }));
  });
  afterAll(() => link.close());

  test('neither arguments nor failures can be read in what Temporal stores, and both can with the key', async () => {
    const taskQueue = `encrypted-${randomUUID()}`;
    const worker = await createWorker(link, taskQueue);
    const args = ['xyzzy-42'];
    const handle = await link.client.workflow.start('tellSecret', { taskQueue, workflowId: randomUUID(), args });
    const outcome = await worker.runUntil(handle.result().catch((error: unknown) => error));
    expect(outcome).toMatchObject({ cause: { message: 'the secret is xyzzy-42', type: 'SecretTold' } });

    const stored = textsOf(await handle.fetchHistory());
    expect(stored.filter((text) => text === 'binary/encrypted').length).toBeGreaterThan(2);
    expect(stored.filter((text) => text.includes('xyzzy-42'))).toEqual([]);
  });
});

async function createWorker(link: TemporalLink, taskQueue: string): Promise<Worker> {
  if (link.dataConverter?.failureConverterPath === undefined) throw new Error('there is no failure converter');
  const { dataConverter } = link;
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'secretive-workflow.ts'),
    logger: new DefaultLogger('ERROR'),
    failureConverterPath: link.dataConverter.failureConverterPath,
  });
  const connection = await link.native();
  return await Worker.create({ connection, namespace: link.namespace, taskQueue, dataConverter, workflowBundle });
}

/** Every text and every byte string (as text) anywhere in a message. */
function textsOf(message: unknown): string[] {
  if (typeof message === 'string') return [message];
  if (message instanceof Uint8Array || Buffer.isBuffer(message)) return [Buffer.from(message).toString('latin1')];
  return typeof message === 'object' && message !== null ? Object.values(message).flatMap(textsOf) : [];
}
