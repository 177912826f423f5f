/**
 * Starts a research run from your own program and follows it, with nothing but Temporal's client and our types.
 * Run it while `npm start` is up: `npx node examples/start-a-run.ts [strategy]`.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createFoliosClient } from 'folios/client';
import { outcomesQuery } from 'folios/workflows/research-run';

const strategyId = process.argv[2] ?? 'dreman-contrarian';
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const folios = createFoliosClient(new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' }));

const { handle, run } = await folios.startResearchRun({ strategyId, requestGroupId: randomUUID(), force: true });
console.log(`${handle.workflowId}: ${run.strategyName} version ${run.strategyVersion} as of ${run.asOf}`);
for (const task of run.tasks) console.log(`  ${task.provider} (${task.mode}, ${task.model}): job/${task.taskId}`);

const result = handle.result().finally(() => (ended = true));
let ended = false;
while (!ended) {
  const outcomes = await handle.query(outcomesQuery);
  console.log(outcomes.map((one) => `${one.provider} ${one.state}`).join(', '));
  await Promise.race([result.catch(() => undefined), sleep(2_000)]);
}
for (const outcome of (await result).outcomes) {
  const ending = outcome.failure ? `${outcome.failure.code}: ${outcome.failure.reason}` : `total $${outcome.totalUsd}`;
  console.log(`${outcome.provider}: ${outcome.recommendationCount} recommendations, ${ending}`);
}
await connection.close();
