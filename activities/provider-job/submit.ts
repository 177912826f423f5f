import type { JobRound, SubmitAttempt, SubmittedJob } from '../../src/contracts/activities/provider-job.ts';
import { errorCodeOf, FoliosError } from '../../src/contracts/errors.ts';
import { RECOMMENDATION_ANSWER } from '../../src/contracts/schemas/recommendation.ts';
import { callCost } from '../../src/domain/llm/pricing.ts';
import { ProviderMode, ProviderName } from '../../src/domain/research/provider.ts';
import type { LlmItem, LlmJob } from '../../src/ports/llm-provider.ts';
import type { SubmissionIntent, TaskRecord, UsageRecord } from '../../src/ports/repositories.ts';
import { finalFailure, toFailure } from '../failures.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { requireRound } from '../require-task.ts';
import { keepPaid } from './keep-paid.ts';
import type { ProviderJobPorts } from './ports.ts';
import { reserveBudget } from './reserve-budget.ts';
import { answerFile, type TaskFile, writeTaskFiles } from './task-files.ts';

/** One submit call. Its beginning is committed before it, so that a crash inside it is known as a doubt afterwards. */
export async function submit(ports: ProviderJobPorts, attempt: SubmitAttempt): Promise<SubmittedJob> {
  const { research } = ports;
  const { taskId, round, attemptsBefore } = attempt;
  const { task, intent } = await requireIntended(ports, attempt);
  if (intent.providerJobId) return { providerJobId: intent.providerJobId };
  if (intent.attempts !== attemptsBefore) {
    throw finalFailure(
      'SUBMIT_IN_DOUBT',
      `a submit call was begun ${intent.attempts} times, ${attemptsBefore} of them resolved`,
    );
  }
  const payload = await ports.artifacts.get(intent.payload);
  if (task.mode !== ProviderMode.batch) await requireRoom(ports, intent);
  const callId = await reserveBudget(ports, task, intent, payload);

  const providerJobId = await withHeartbeat(async (signal) => {
    const call = async () => {
      const begun = await research.markAttempt(taskId, round, ports.clock.now());
      try {
        return task.mode === ProviderMode.batch
          ? await submitBatch(ports, task, begun, payload)
          : await ask(ports, task, begun, payload, signal);
      } catch (error) {
        if (!hadNoEffect(error)) throw inDoubt(error);
        await ports.budgets.release(callId, ports.clock.now());
        throw toFailure(error, { attempts: begun.attempts });
      }
    };
    // Anthropic's list of batches carries no key of ours: candidates stay unambiguous only if batches are created one by one.
    const oneByOne = task.mode === ProviderMode.batch && task.provider === ProviderName.anthropic;
    return oneByOne ? research.withLock('submit/anthropic', call) : call();
  });
  return { providerJobId: await recordSubmitted(ports, attempt, providerJobId) };
}

/**
 * Records the provider's id and moves the task on. The first id of an intent stands: a second one, of a call that was
 * given up for lost and came back after all, is not used. Returns the one that stands. Idempotent.
 */
export async function recordSubmitted(
  ports: ProviderJobPorts,
  { taskId, round }: { taskId: string; round: number },
  providerJobId: string,
): Promise<string> {
  const at = ports.clock.now();
  try {
    await ports.research.recordSubmission(taskId, round, providerJobId, at);
    return providerJobId;
  } catch (error) {
    if (errorCodeOf(error) !== 'TASK_STATE_CONFLICT') throw error;
    const standing = (await ports.research.findIntent(taskId, round))?.providerJobId ?? null;
    if (standing === null || standing === providerJobId) throw error;
    await ports.research.recordSubmission(taskId, round, standing, at);
    return standing;
  }
}

/** A task and the intent of a round that was prepared. TASK_NOT_FOUND, TASK_STATE_CONFLICT. */
export async function requireIntended(
  ports: ProviderJobPorts,
  round: JobRound,
): Promise<{ task: TaskRecord; intent: SubmissionIntent }> {
  const { task, intent } = await requireRound(ports.research, round);
  if (intent) return { task, intent };
  const question = round.round + 1;
  throw new FoliosError('TASK_STATE_CONFLICT', `task ${round.taskId} has no intent for question ${question}`);
}

export function batchIntent(intent: SubmissionIntent) {
  return {
    key: intent.key,
    model: intent.model,
    itemCount: intent.itemCount,
    payloadSha256: intent.payload.sha256,
    intendedAt: intent.intendedAt.toISOString(),
  };
}

async function submitBatch(
  ports: ProviderJobPorts,
  task: TaskRecord,
  intent: SubmissionIntent,
  payload: Uint8Array,
): Promise<string> {
  // No abort signal: a create that is under way must be allowed to tell us its id.
  return (await ports.providers.batch(task.provider).submit(batchIntent(intent), payload)).providerJobId;
}

/** The answer of a direct call is only in our hands: without a place for it, it is not asked for. */
async function requireRoom(ports: ProviderJobPorts, intent: SubmissionIntent): Promise<void> {
  try {
    await ports.artifacts.check();
  } catch (error) {
    throw toFailure(error, { attempts: intent.attempts });
  }
}

/** The synchronous call of direct and CLI mode. The answer is stored before it is recorded, and found again by its hash. */
async function ask(
  ports: ProviderJobPorts,
  task: TaskRecord,
  intent: SubmissionIntent,
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  if (task.mode === ProviderMode.batch) throw new Error('a batch is not asked directly');
  const request = JSON.parse(new TextDecoder().decode(payload)) as Omit<LlmJob, 'answer'>;
  const started: UsageRecord = {
    callId: `${intent.key}-${intent.attempts}`,
    taskId: task.taskId,
    provider: task.provider,
    mode: task.mode,
    model: task.model,
    state: 'started',
    inputTokens: estimateTokens(request.items),
    outputTokens: 0,
    costUsd: '0',
    at: ports.clock.now(),
  };
  await ports.usage.put(started);
  try {
    const job: LlmJob = { ...request, answer: RECOMMENDATION_ANSWER };
    const { raw, item } = await ports.providers.direct(task.provider, task.mode).ask(job, signal);
    const keep = (file: TaskFile) => keepPaid(() => writeTaskFiles(ports, task, file), signal);
    await keep({ name: 'response.json', content: raw, mediaType: 'application/json' });
    if (item.outcome !== 'answered') throw refused(item.reason);
    const answered: UsageRecord = {
      ...{ ...started, ...item.usage, state: 'answered' },
      ...callCost(task.model, task.mode, item.usage),
    };
    await keepPaid(() => ports.usage.put(answered), signal);
    const answer = await keep(answerFile(item.text));
    return directJobId(answer.sha256);
  } catch (error) {
    if (hadNoEffect(error)) await ports.usage.put({ ...started, inputTokens: 0, state: 'refused' });
    throw error;
  }
}

const DIRECT_PREFIX = 'answer-';

/** A direct call has no job at the provider: its id is the hash of the answer that was recorded first. */
export function directJobId(answerSha256: string): string {
  return `${DIRECT_PREFIX}${answerSha256}`;
}

export function answerHashOf(providerJobId: string): string {
  return providerJobId.slice(DIRECT_PREFIX.length);
}

function refused(reason: string): FoliosError {
  return new FoliosError('PROVIDER_REJECTED', `the provider refused to answer: ${reason}`);
}

function hadNoEffect(error: unknown): boolean {
  return (error as { effect?: unknown } | null)?.effect === 'none';
}

/** The call may have taken effect, so nothing may be repeated before somebody has looked. Answers we cannot use are final. */
function inDoubt(error: unknown): Error {
  const failure = toFailure(error) as { type?: string; nonRetryable?: boolean } & Error;
  const final =
    failure.type === 'ANSWER_TOO_LARGE' ||
    failure.type === 'PROVIDER_REJECTED' ||
    failure.type === 'PROVIDER_KEY_MISSING';
  if (final) return failure;
  return finalFailure('SUBMIT_IN_DOUBT', `the submit may or may not have taken effect: ${failure.message}`);
}

/** About four characters a token: only for calls of which we never saw the bill. */
function estimateTokens(items: readonly LlmItem[]): number {
  return Math.ceil(items.reduce((sum, item) => sum + item.system.length + item.prompt.length, 0) / 4);
}
