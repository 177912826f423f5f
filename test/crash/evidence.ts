import { createHash } from 'node:crypto';
import { jobKey } from '../../activities/provider-job/job-key.ts';
import { accountIdOf } from '../../db/ids.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import { totalOf } from '../../src/domain/portfolio/ledger.ts';
import type {
  ArtifactRecord,
  ExecutionRecord,
  OrderRecord,
  TaskRecord,
  UsageRecord,
} from '../../src/ports/repositories.ts';
import type { ResearchHarness } from '../factories/research-harness.ts';
import type { CrashCase } from './cases.ts';

/** What the provider, the database, the artifact store and Temporal each say of one task afterwards. */
export interface Evidence {
  /** Batches at the provider that hold the task's item, for each question that the task may ask. */
  readonly batches: readonly [first: number, second: number];
  /** Statuses of those batches, in the emulator's words. */
  readonly batchStatuses: readonly string[];
  /** Direct calls that the provider took for the task. */
  readonly calls: number;
  readonly task: TaskRecord | null;
  readonly usage: readonly UsageRecord[];
  readonly orders: readonly OrderRecord[];
  readonly executions: readonly ExecutionRecord[];
  readonly recommendedTickers: readonly string[];
  readonly artifactNames: readonly string[];
  readonly corruptArtifacts: readonly string[];
  /** The tickers of every parsed answer that was accepted. */
  readonly acceptedAnswers: readonly (readonly string[])[];
  /** Cash and positions at their marks, in US dollars with cents. */
  readonly totalUsd: string;
  readonly ledgerTotalUsd: string;
  /** Held quantities that are not the sum of the executions, by ticker. */
  readonly wrongPositions: readonly string[];
  readonly unbalanced: readonly string[];
  /** Final states of the workflows of the job and the ticket. */
  readonly workflows: readonly string[];
  /** How often Temporal started or timed out the killed activity beyond its one success. */
  readonly interruptions: number;
}

export interface Subject {
  readonly row: CrashCase;
  readonly strategyId: string;
  readonly strategyName: string;
  readonly requestGroupId: string;
  readonly taskId: string;
}

export async function gather(harness: ResearchHarness, subject: Subject): Promise<Evidence> {
  const { services } = harness;
  const { row, taskId } = subject;
  const provider = await harness.emulators.state(row.provider);
  const task = await services.research.findTask(taskId);
  const artifacts = await services.research.listArtifacts(taskId);
  const batchesOf = (round: number) => {
    const key = jobKey({ taskId, round });
    return provider.batches.filter((batch) => batch.customIds.some((id) => id.startsWith(key)));
  };
  return {
    batches: [batchesOf(0).length, batchesOf(1).length],
    batchStatuses: [...batchesOf(0), ...batchesOf(1)].map((batch) => batch.status),
    calls: provider.directCalls.filter((call) => call.frame?.method === subject.strategyName).length,
    task,
    usage: await services.usage.listByTask(taskId),
    orders: await services.portfolio.listOrders({ ticketId: taskId }),
    executions: await services.portfolio.listExecutions({ ticketId: taskId }),
    recommendedTickers: (await services.research.listRecommendations(taskId)).map(({ ticker }) => ticker),
    artifactNames: [...new Set(artifacts.map(({ name }) => name))].sort(),
    corruptArtifacts: await corrupt(harness, artifacts),
    acceptedAnswers: await Promise.all(
      artifacts.filter(({ name }) => name === 'structured.json').map((file) => tickersIn(harness, file)),
    ),
    ...(await booksOf(harness, subject)),
    unbalanced: await services.portfolio.listUnbalanced(),
    workflows: await Promise.all(
      [workflowIds.providerJob(taskId), workflowIds.executeTicket(taskId)].map((id) => stateOf(harness, id)),
    ),
    interruptions: row.kill === null ? 0 : await interruptions(harness, subject, row.kill.activity),
  };
}

async function corrupt(harness: ResearchHarness, artifacts: readonly ArtifactRecord[]): Promise<string[]> {
  const broken: string[] = [];
  for (const file of artifacts) {
    const bytes = await harness.services.artifacts.get(file).catch(() => null);
    const sha256 = bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== file.sha256 || bytes?.byteLength !== file.bytes) broken.push(file.name);
  }
  return broken;
}

async function tickersIn({ services }: ResearchHarness, file: ArtifactRecord): Promise<string[]> {
  const text = new TextDecoder().decode(await services.artifacts.get(file));
  return (JSON.parse(text) as { recommendations: { ticker: string }[] }).recommendations.map(({ ticker }) => ticker);
}

async function booksOf({ services }: ResearchHarness, { strategyId, row, taskId }: Subject) {
  const accountId = accountIdOf(strategyId, row.provider);
  const balances = await services.portfolio.balances(accountId);
  const positions = await services.portfolio.listPositions(accountId);
  const executions = await services.portfolio.listExecutions({ ticketId: taskId });
  const bought = (ticker: string) =>
    executions
      .filter((one) => one.ticker === ticker)
      .reduce((sum, one) => (one.side === 'BUY' ? sum.plus(one.quantity) : sum.minus(one.quantity)), dec(0));
  const held = positions.reduce((sum, one) => sum.plus(dec(one.quantity).times(one.marketPrice)), dec(0));
  return {
    totalUsd: dec(balances.get('cash') ?? '0')
      .plus(held)
      .toFixed(2),
    ledgerTotalUsd: dec(totalOf(balances)).toFixed(2),
    wrongPositions: positions.filter((one) => !bought(one.ticker).equals(one.quantity)).map((one) => one.ticker),
  };
}

async function stateOf({ client }: ResearchHarness, workflowId: string): Promise<string> {
  const found = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => null);
  return found?.status.name ?? 'NOT_FOUND';
}

/** From the history: time-outs of a step that is tried once, and repeated attempts of one that Temporal retries. */
async function interruptions(harness: ResearchHarness, subject: Subject, activity: string): Promise<number> {
  const { requestGroupId, taskId } = subject;
  const workflowId = {
    enqueueResearch: workflowIds.researchRun(requestGroupId),
    journalTicket: workflowIds.executeTicket(taskId),
    settleTicket: workflowIds.executeTicket(taskId),
  }[activity];
  const handle = harness.client.workflow.getHandle(workflowId ?? workflowIds.providerJob(taskId));
  const { events } = await handle.fetchHistory();
  const scheduled = new Set<string>();
  let count = 0;
  for (const event of events ?? []) {
    const { activityTaskScheduledEventAttributes: begun, activityTaskStartedEventAttributes: started } = event;
    if (begun?.activityType?.name === activity) scheduled.add(String(event.eventId));
    if (started && scheduled.has(String(started.scheduledEventId))) count += (started.attempt ?? 1) - 1;
    const timedOut = event.activityTaskTimedOutEventAttributes;
    if (timedOut && scheduled.has(String(timedOut.scheduledEventId))) count += 1;
  }
  return count;
}
