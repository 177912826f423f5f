import { FoliosError } from '../../src/contracts/errors.ts';
import type { ArtifactRef } from '../../src/contracts/schemas/artifact.ts';
import { RECOMMENDATION_ANSWER } from '../../src/contracts/schemas/recommendation.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import { TaskEvent } from '../../src/domain/research/task-state.ts';
import type { LlmJob } from '../../src/ports/llm-provider.ts';
import type { StrategyRecord, TaskRecord } from '../../src/ports/repositories.ts';
import { itemId, jobKey } from './job-key.ts';
import type { ProviderJobPorts } from './ports.ts';
import { renderPrompt } from './prompt.ts';
import { jsonFile, writeTaskFile } from './task-files.ts';

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
  if (!(await research.findIntent(taskId, round))) {
    const payload = await writePayload(ports, task, round, problems);
    await research.commitIntent({
      taskId,
      round,
      key: jobKey({ taskId, round }),
      itemCount: 1,
      payload,
      model,
      intendedAt: at,
    });
  }
  // A retry of this step finds the task running in this round already; the table allows it.
  const event = round > 0 && task.round < round ? TaskEvent.askAgain : TaskEvent.start;
  await research.transition(taskId, event, { at, round });
}

/** Writes the readable prompt and the exact bytes that will be sent; returns the latter. */
async function writePayload(
  ports: ProviderJobPorts,
  task: TaskRecord,
  round: number,
  problems: readonly string[],
): Promise<ArtifactRef> {
  const key = jobKey({ taskId: task.taskId, round });
  const strategy = await ports.strategies.find(task.strategyId, task.strategyVersion);
  if (!strategy)
    throw new FoliosError('STRATEGY_NOT_FOUND', `strategy ${task.strategySlug} has no version ${task.strategyVersion}`);
  const question = await renderPrompt(ports, task, strategy, round > 0 ? { problems } : null);
  const job: LlmJob = {
    key,
    model: task.model,
    items: [{ customId: itemId(key), ...question }],
    answer: RECOMMENDATION_ANSWER,
    maxOutputTokens: maxOutputTokens(strategy, task),
  };
  await writeTaskFile(ports, task, {
    name: 'prompt.txt',
    content: `${question.system}\n\n${question.prompt}\n`,
    mediaType: 'text/plain',
  });
  if (task.mode === ProviderMode.batch) {
    const content = ports.providers.batch(task.provider).buildPayload(job);
    return writeTaskFile(ports, task, {
      name: `${task.provider}_payload.jsonl`,
      content,
      mediaType: 'application/jsonl',
    });
  }
  const { answer: _schema, ...request } = job;
  return writeTaskFile(ports, task, jsonFile('request.json', request));
}

function maxOutputTokens({ document }: StrategyRecord, task: TaskRecord): number {
  return document.providers.find((one) => one.provider === task.provider)?.maxOutputTokens ?? 8192;
}
