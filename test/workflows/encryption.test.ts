import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';
import { eventsOf, payloadsIn } from '../factories/workflow-history.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  const env = { FOLIOS_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') };
  harness = await startResearchHarness({ latencyMs: 0, env });
}, 60_000);
afterAll(() => harness?.close());

/** Names and reasons that stand in inputs, results, failures and summaries. */
const SECRETS = ['Quiet Method', 'gpt-4.1-mini', 'Enqueued token limit', 'recommendations are stored', 'not valid'];

test('with an encryption key no payload, failure or summary in any history is readable, and all works as without', async () => {
  const { client, services, emulators } = harness;
  const strategy = await saveStrategy(services, { name: 'Quiet Method', providers: allIn('batch') });
  const ids = runIds();
  await emulators.arm('openai', { on: 'outcome', fault: 'failed', match: ids.key('openai') });
  const outcomes = await runToEnd(harness, strategy, ids);
  expect(outcomes).toMatchObject({ openai: { failure: { code: 'JOB_FAILED' } }, gemini: { state: 'executed' } });
  const refused = client.workflow.execute('researchRun', { workflowId: 'refused', taskQueue: 'folios', args: [{}] });
  await expect(refused).rejects.toMatchObject({ cause: { type: 'INPUT_INVALID' } });

  let payloads = 0;
  for await (const { workflowId, runId } of client.workflow.list()) {
    // Search attributes are made to be searched for, so they stay readable; they are ids and states.
    const events = (await eventsOf(client.workflow.getHandle(workflowId, runId))).map(withoutSearchAttributes);
    const found = payloadsIn(events);
    expect(found.filter((payload) => payload.encoding !== 'binary/encrypted' && payload.bytes > 0)).toEqual([]);
    const text = JSON.stringify(events) + found.map((payload) => payload.text).join();
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    payloads += found.length;
  }
  expect(payloads).toBeGreaterThan(50);
});

function withoutSearchAttributes(event: object): unknown {
  const drop = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null || part instanceof Uint8Array || Array.isArray(part)) return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([name]) => name !== 'searchAttributes')
        .map(([name, value]) => [name, drop(value)]),
    );
  };
  return drop(event);
}
