/**
 * Drives one provider's job by hand: enqueue held, submit, poll until the provider has ended, harvest, execute.
 * Run it while `npm start` is up: `npx node examples/step-by-step.ts [strategy] [provider]`.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createFoliosClient } from 'folios/client';

const strategyId = process.argv[2] ?? 'dreman-contrarian';
const provider = (process.argv[3] ?? 'openai') as 'openai' | 'gemini' | 'anthropic';
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const folios = createFoliosClient(new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' }));

const { run } = await folios.startResearchRun({
  strategyId,
  providers: [provider],
  requestGroupId: randomUUID(),
  hold: true,
  force: true,
});
const [task] = run.tasks;
if (!task) throw new Error('the run has no task');

const submitted = await folios.submitJob(task.taskId);
console.log(`submitted: ${submitted.state}, the provider calls it ${submitted.providerJobId}`);

let status = submitted.lastStatus;
while (status === null || status.state === 'working') {
  await sleep(1_000);
  status = await folios.pollJob(task.taskId);
  console.log(`polled: ${status.providerStatus}`);
}
const harvested = await folios.harvestJob(task.taskId);
console.log(`harvested: ${harvested.state}`);

const ticket = await folios.startTicket({ ticketId: task.taskId, taskId: task.taskId });
const { filledCount, cashUsd, totalUsd } = await ticket.result();
console.log(`executed: ${filledCount} orders filled, cash $${cashUsd}, total $${totalUsd}`);
await connection.close();
