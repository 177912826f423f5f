import type { ArtifactRef } from '../../src/contracts/schemas/artifact.ts';
import { RECOMMENDATION_ANSWER } from '../../src/contracts/schemas/recommendation.ts';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import { TaskEvent } from '../../src/domain/research/task-state.ts';
import type { LlmJob } from '../../src/ports/llm-provider.ts';
import type { TaskRecord } from '../../src/ports/repositories.ts';
import { itemId, jobKey } from './job-key.ts';
import type { ProviderJobPorts } from './ports.ts';
import { renderPrompt } from './prompt.ts';
import { jsonFile, type TaskFile, writeTaskFiles } from './task-files.ts';

/** Writes what will be sent, commits the intent to send it, and moves the task to `running`. Idempotent. */
export async function prepareRound(
  ports: ProviderJobPorts,
  task: TaskRecord,
  round: number,
  problems: readonly string[],
): Promise<void> {
  const { research, clock } = ports;
  const { taskId, model } = task;
  const at = clock.now();
  // A retry of this step finds the task running in this round already; the table allows it.
  const event = round > 0 && task.round < round ? TaskEvent.askAgain : TaskEvent.start;
  if (await research.findIntent(taskId, round)) {
    await research.transition(taskId, event, { at, round });
    return;
  }
  const payload = await writePayload(ports, task, round, problems);
  const key = jobKey({ taskId, round });
  await research.commitIntent({ taskId, round, key, itemCount: 1, payload, model, intendedAt: at }, event);
}

/** Writes the readable prompt and the exact bytes that will be sent; returns the latter's address. */
async function writePayload(
  ports: ProviderJobPorts,
  task: TaskRecord,
  round: number,
  problems: readonly string[],
): Promise<ArtifactRef> {
  const key = jobKey({ taskId: task.taskId, round });
  const strategy = await ports.strategies.document(task.strategyId, task.strategyVersion);
  const question = await renderPrompt(ports, task, strategy, round > 0 ? { problems } : null);
  const job: LlmJob = {
    key,
    model: task.model,
    items: [{ customId: itemId(key), ...question }],
    answer: RECOMMENDATION_ANSWER,
    maxOutputTokens: maxOutputTokens(strategy, task),
  };
  const prompt = {
    name: 'prompt.txt',
    content: `${question.system}\n\n${question.prompt}\n`,
    mediaType: 'text/plain',
  };
  return writeTaskFiles(ports, task, prompt, payloadFile(ports, task, job));
}

function payloadFile(ports: ProviderJobPorts, task: TaskRecord, job: LlmJob): TaskFile {
  if (task.mode === ProviderMode.batch) {
    const content = ports.providers.batch(task.provider).buildPayload(job);
    return { name: `${task.provider}_payload.jsonl`, content, mediaType: 'application/jsonl' };
  }
  const { answer: _schema, ...request } = job;
  return jsonFile('request.json', request);
}

/** How long an answer of this task's provider may be, as the strategy says. */
export function maxOutputTokens({ providers }: ResearchStrategy, task: TaskRecord): number {
  return providers.find((one) => one.provider === task.provider)?.maxOutputTokens ?? 8192;
}
