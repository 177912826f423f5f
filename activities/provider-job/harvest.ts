import type { HarvestedJob, JobRound } from '../../src/contracts/activities/provider-job.ts';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import { callCost } from '../../src/domain/llm/pricing.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import type { LlmItemResult } from '../../src/ports/llm-provider.ts';
import type { TaskRecord } from '../../src/ports/repositories.ts';
import { finalFailure } from '../failures.ts';
import { itemId, jobKey } from './job-key.ts';
import { parseAnswer } from './parse.ts';
import type { ProviderJobPorts } from './ports.ts';
import { answerHashOf, requireIntended } from './submit.ts';
import { ANSWER_FILE, answerFile, writeTaskFiles } from './task-files.ts';

/** Fetches what the provider answered, keeps it as it came, books its cost, and parses it. Idempotent. */
export async function harvest(ports: ProviderJobPorts, round: JobRound, signal: AbortSignal): Promise<HarvestedJob> {
  const {
    task,
    intent: { providerJobId },
  } = await requireIntended(ports, round);
  if (!providerJobId) throw finalFailure('TASK_STATE_CONFLICT', `task ${round.taskId} was not submitted`);
  return task.mode === ProviderMode.batch
    ? harvestBatch(ports, task, round, providerJobId, signal)
    : harvestDirect(ports, task, providerJobId);
}

async function harvestBatch(
  ports: ProviderJobPorts,
  task: TaskRecord,
  round: JobRound,
  providerJobId: string,
  signal: AbortSignal,
): Promise<HarvestedJob> {
  const { raw, items } = await ports.providers.batch(task.provider).harvest(providerJobId, signal);
  const results = { name: `${task.provider}_batch_results.jsonl`, content: raw, mediaType: 'application/jsonl' };
  const key = jobKey(round);
  const item = items.find((one) => one.customId === itemId(key));
  const answer = item?.outcome === 'answered' ? [answerFile(item.text)] : [];
  await writeTaskFiles(ports, task, results, ...answer);
  if (!item) return { outcome: 'failed', code: 'JOB_PARTLY_FAILED', reason: 'the results hold no line for our item' };
  const { taskId, provider, mode, model } = task;
  const call = { callId: key, taskId, provider, mode, model, at: ports.clock.now() };
  if (item.outcome !== 'answered') {
    // No vendor bills an item of a batch that it did not answer.
    await ports.usage.put({ ...call, state: 'refused', inputTokens: 0, outputTokens: 0, costUsd: '0' });
    return { outcome: 'failed', code: FAILED_ITEM[item.outcome], reason: item.reason };
  }
  await ports.usage.put({ ...call, state: 'answered', ...item.usage, ...callCost(model, mode, item.usage) });
  return parseAnswer(ports, task, item.text);
}

const FAILED_ITEM: Record<Exclude<LlmItemResult['outcome'], 'answered'>, ErrorCode> = {
  failed: 'JOB_PARTLY_FAILED',
  expired: 'JOB_EXPIRED',
  cancelled: 'JOB_CANCELLED',
};

/** The answer that was recorded first is the one that is used; calls whose end we never saw are counted as paid. */
async function harvestDirect(ports: ProviderJobPorts, task: TaskRecord, providerJobId: string): Promise<HarvestedJob> {
  const files = await ports.research.listArtifacts(task.taskId);
  const answer = files.findLast((file) => file.name === ANSWER_FILE && file.sha256 === answerHashOf(providerJobId));
  if (!answer) throw finalFailure('ARTIFACT_NOT_FOUND', `the answer ${providerJobId} is not recorded`);
  await presumePaid(ports, task);
  return parseAnswer(ports, task, new TextDecoder().decode(await ports.artifacts.get(answer)));
}

async function presumePaid(ports: ProviderJobPorts, task: TaskRecord): Promise<void> {
  const calls = await ports.usage.listByTask(task.taskId);
  const answered = calls.findLast((call) => call.state === 'answered');
  for (const call of calls.filter((one) => one.state === 'started')) {
    const { inputTokens, outputTokens, costUsd: cost } = answered ?? call;
    await ports.usage.put({ ...call, state: 'presumed', inputTokens, outputTokens, costUsd: cost });
  }
}
