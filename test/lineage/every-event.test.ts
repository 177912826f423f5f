import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { createDataConverter } from '../../src/adapters/temporal/data-converter.ts';
import type { Lineage, LineageExecution } from '../../src/domain/lineage/lineage.ts';
import { createLineage } from '../../src/main/lineage.ts';
import { temporalSettings } from '../../src/main/temporal-settings.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
import { approve, nod } from './eventful-workflow.ts';

const ROUNDS = 2;
const ID = `eventful/${randomUUID()}`;

let harness: ResearchHarness;
let lineage: Lineage;
let byId: (workflowId: string) => LineageExecution | undefined;

beforeAll(async () => {
  const env = { FOLIOS_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64') };
  harness = await startResearchHarness({ worker: false, env });
  const { client, services, namespace, config } = harness;
  const dataConverter = createDataConverter(temporalSettings(config).encryptionKeys);
  if (!dataConverter?.failureConverterPath) throw new Error('there is no key');
  const taskQueue = 'eventful';
  const connection = await NativeConnection.connect({ address: harness.env.TEMPORAL_ADDRESS ?? '' });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'eventful-workflow.ts'),
    logger: new DefaultLogger('ERROR'),
    failureConverterPath: dataConverter.failureConverterPath,
  });
  const reader = createLineage(services.db, services.artifacts, client);
  let attempts = 0;
  const activities = {
    falter: async (input: object) => {
      attempts += 1;
      if (attempts === 1) throw ApplicationFailure.retryable('not yet', 'QUOTE_UNAVAILABLE');
      return input;
    },
  };
  const worker = await Worker.create({ connection, namespace, taskQueue, dataConverter, workflowBundle, activities });
  await worker.runUntil(async () => {
    const handle = await client.workflow.start('eventful', { workflowId: ID, taskQueue, args: [ROUNDS] });
    const runs = async () => (await reader.read(ID, null))?.executions[0]?.runIds.length;
    await waitFor('the last round', async () => (await runs()) === ROUNDS + 1);
    const last = client.workflow.getHandle(ID);
    await last.signal(nod, { by: 'bob' });
    await waitFor('a refused update', () =>
      last.executeUpdate(approve, { args: [{ by: 'eve', reason: '' }] }).then(
        () => false,
        (error: { cause?: { type?: string } }) => error.cause?.type === 'INPUT_INVALID',
      ),
    );
    await last.executeUpdate(approve, { args: [{ by: 'ada', reason: 'looks right' }] });
    await handle.result();
  });
  await connection.close();
  lineage = await waitFor('all of it has ended', async () => {
    const found = await reader.read(ID, null);
    return found?.closed ? found : null;
  });
  byId = (workflowId) => lineage.executions.find((one) => one.workflowId === workflowId);
}, 60_000);
afterAll(() => harness?.close());

describe('the lineage of an execution with every kind of event, encrypted', () => {
  test('joins its continued runs, each with its timer', () => {
    const root = byId(ID);
    expect(root?.runIds).toHaveLength(ROUNDS + 1);
    expect(root).toMatchObject({ state: 'completed', output: { value: 'done' }, input: [{ value: ROUNDS }] });
    const timers = root?.steps.filter(({ kind }) => kind === 'timer').map(({ summary, state }) => [summary, state]);
    expect(timers).toEqual(Array.from({ length: ROUNDS }, () => ['a short rest', 'completed']));
    expect(lineage.missing).toEqual([]);
  });

  test('says who signalled, who was refused and who approved', () => {
    const told = byId(ID)?.steps.filter(({ kind }) => kind === 'signal' || kind === 'update');
    const facts = told?.map(({ name, by, state, error, output }) => [name, by, state, error?.code ?? output?.value]);
    expect(facts).toContainEqual(['nod', 'bob', 'completed', undefined]);
    expect(facts).toContainEqual(['approve', 'eve', 'failed', 'INPUT_INVALID']);
    expect(facts?.at(-1)).toEqual(['approve', 'ada', 'completed', 'thanks']);
    expect(told?.find(({ by }) => by === 'eve')?.error?.message).toBe('say why');
  });

  test('counts an activity’s attempts, says why the first failed, and finds its files', () => {
    const file = { uri: 'artifacts/a/b/c.txt', sha256: 'b'.repeat(64), bytes: 1, mediaType: 'text/plain' };
    expect(byId(ID)?.steps.find(({ name }) => name === 'falter')).toMatchObject({
      ...{ kind: 'activity', state: 'completed', attempts: 2, queueMs: null, artifacts: [file] },
      ...{ summary: 'works at the second attempt', lastError: { code: 'QUOTE_UNAVAILABLE', message: 'not yet' } },
    });
  });

  test('tells of every end of a child, there and in the child itself', () => {
    const children = byId(ID)?.steps.filter(({ kind }) => kind === 'child');
    expect(children?.map(({ name, state, error }) => [name, state, error?.code ?? null])).toEqual([
      ['failing', 'failed', 'JOB_FAILED'],
      ['sleeping', 'timed_out', null],
      ['lasting', 'open', null],
      ['lasting', 'failed', 'NOT_STARTED'],
    ]);
    expect(byId(`${ID}/failing`)).toMatchObject({ state: 'failed', error: { message: 'it cannot be done' } });
    expect(byId(`${ID}/sleeping`)).toMatchObject({ state: 'timed_out', error: { code: 'TIMED_OUT' } });
    expect(byId(`${ID}/lasting`)).toMatchObject({ state: 'terminated', error: { code: 'TERMINATED' } });
    expect(byId(`${ID}/lasting`)?.steps[0]).toMatchObject({ kind: 'timer', state: 'open' });
  });

  test('tells which signals it sent arrived', () => {
    const sent = byId(ID)?.steps.filter(({ kind }) => kind === 'outgoing_signal');
    expect(sent?.map(({ child, state, error }) => [child?.workflowId, state, error?.code ?? null])).toEqual([
      [`${ID}/lasting`, 'completed', null],
      ['nobody', 'failed', 'NOT_DELIVERED'],
    ]);
    expect(byId(`${ID}/lasting`)?.steps).toContainEqual(expect.objectContaining({ kind: 'signal', by: 'the parent' }));
  });
});
