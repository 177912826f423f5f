import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createDataConverter } from '../../src/adapters/temporal/data-converter.ts';
import { createPayloadKeys } from '../../src/adapters/temporal/key-use.ts';
import { loadConfig } from '../../src/config.ts';
import { strategyScheduleSchema } from '../../src/contracts/schemas/schedule.ts';
import { createSchedules } from '../../src/main/schedules.ts';
import { createServices } from '../../src/main/services.ts';
import { temporalSettings } from '../../src/main/temporal-settings.ts';
import { startWorkers } from '../../src/main/workers.ts';
import { buildWorkflowBundle } from '../../src/main/workflow-bundle.ts';
import { type ResearchHarness, ROOT, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, saveStrategy } from '../factories/research-runs.ts';
import { eventsOf, payloadsIn } from '../factories/workflow-history.ts';

const FORMER = Buffer.alloc(32, 3).toString('base64');
const CURRENT = Buffer.alloc(32, 4).toString('base64');
let harness: ResearchHarness;
beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0, worker: false, env: { FOLIOS_ENCRYPTION_KEY: FORMER } });
}, 60_000);
afterAll(() => harness?.close());

test('a run that began under a former key ends under the current one, and keys tells which are still needed', async () => {
  const slug = await saveStrategy(harness.services, { providers: allIn('batch').slice(0, 1) });
  const workflowId = `research/${runIds().requestGroupId}`;
  const args = [{ strategyId: slug, requestGroupId: workflowId.slice('research/'.length) }];
  await harness.client.workflow.start('researchRun', { workflowId, taskQueue: 'folios', args });

  const env = { ...harness.env, FOLIOS_ENCRYPTION_KEY: CURRENT, FOLIOS_ENCRYPTION_OLD_KEYS: FORMER };
  const config = loadConfig(env, ROOT);
  const [current, former] = config.encryptionKeys.map(({ id }) => id);
  const dataConverter = createDataConverter(temporalSettings(config).encryptionKeys);
  if (!dataConverter) throw new Error('nothing is encrypted');
  const { connection, namespace } = { connection: harness.client.connection, namespace: harness.namespace };
  const client = new Client({ connection, namespace, dataConverter });
  const strategy = await harness.services.strategies.find(slug);
  if (!strategy) throw new Error('the strategy was not saved');
  const schedule = strategyScheduleSchema.parse({ cron: '5 4 * * 1-5', market: 'market_open', jitterSeconds: 9 });
  const before = await createSchedules(harness.config, harness.services, harness.client).set(strategy, schedule);
  const report = () => createPayloadKeys(client, [current ?? '', former ?? '']).report(100);
  expect((await report()).keys).toEqual([
    { id: current, role: 'encrypts', openWorkflows: 0, schedules: 0 },
    { id: former, role: 'decrypts', openWorkflows: 1, schedules: 1 },
  ]);
  const schedules = createSchedules(config, harness.services, client);
  await schedules.sync(strategy);
  expect((await report()).keys.map((key) => key.schedules)).toEqual([1, 0]);
  const after = await schedules.show({ kind: 'strategy', strategy });
  expect(after).toEqual({ ...before, next: after.next, changedAt: after.changedAt });

  const native = await NativeConnection.connect({ address: harness.env.TEMPORAL_ADDRESS ?? '' });
  const workers = await startWorkers(config, createServices(config, harness.services.db), {
    ...{ connection: native, namespace, dataConverter },
    workflowBundle: await buildWorkflowBundle(ROOT, {
      failureConverterPath: dataConverter.failureConverterPath as string,
    }),
  });
  try {
    const handle = client.workflow.getHandle(workflowId);
    expect(await handle.result()).toMatchObject({ outcomes: [{ state: 'executed' }] });
    const payloads = payloadsIn(await eventsOf(handle)).filter(({ encoding }) => encoding === 'binary/encrypted');
    expect(payloads.length).toBeGreaterThan(3);
    expect((await report()).keys.map(({ openWorkflows }) => openWorkflows)).toEqual([0, 0]);
  } finally {
    await workers.stop();
    await native.close();
  }
});
