import type { JobRecordActivities } from '../../src/contracts/activities/provider-job.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { ArtifactRef } from '../../src/contracts/schemas/artifact.ts';
import { RECOMMENDATION_ANSWER } from '../../src/contracts/schemas/recommendation.ts';
import { providerJobInputSchema } from '../../src/contracts/schemas/workflow-inputs.ts';
import { extractAnswer } from '../../src/domain/research/answer.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import type { Recommendation } from '../../src/domain/research/recommendation.ts';
import { isTaskEnded, TaskEvent } from '../../src/domain/research/task-state.ts';
import { validateRecommendations } from '../../src/domain/research/validate.ts';
import type { LlmJob } from '../../src/ports/llm-provider.ts';
import type { TaskRecord } from '../../src/ports/repositories.ts';
import { withFailures } from '../failures.ts';
import { parseInput } from '../input.ts';
import { itemId, jobKey } from './job-key.ts';
import type { ProviderJobPorts } from './ports.ts';
import { renderPrompt } from './prompt.ts';
import { requireTask, writeTaskFile } from './task-files.ts';

const MAX_PROBLEMS = 20;

/** The steps of a provider job on our own database and artifact store. */
export function createJobRecordActivities(ports: ProviderJobPorts): JobRecordActivities {
  const { research, strategies, clock } = ports;

  return withFailures<JobRecordActivities>({
    async loadTask(input) {
      const { taskId, hold } = parseInput(providerJobInputSchema, input);
      const task = await requireTask(research, taskId);
      if (isTaskEnded(task.state)) {
        throw new FoliosError('TASK_STATE_CONFLICT', `task ${taskId} has already ${task.state}`, { taskId });
      }
      const { strategyId, strategySlug, strategyVersion, provider, mode, model, state, simulated } = task;
      const { jobTimeoutMs } = ports.timings(provider);
      return {
        taskId,
        strategyId,
        strategySlug,
        strategyVersion,
        provider,
        mode,
        model,
        state,
        simulated,
        hold,
        jobTimeoutMs,
      };
    },

    async prepareSubmission({ taskId, round, problems = [] }) {
      const task = await requireTask(research, taskId);
      const at = clock.now();
      const known = await research.findIntent(taskId, round);
      const payload = known?.payload ?? (await writePayload(ports, task, round, problems));
      if (!known) {
        await research.commitIntent({
          taskId,
          round,
          key: jobKey({ taskId, round }),
          itemCount: 1,
          payload,
          model: task.model,
          intendedAt: at,
        });
      }
      // A retry of this step finds the task running in this round already; the table allows it.
      const event = round > 0 && task.round < round ? TaskEvent.askAgain : TaskEvent.start;
      await research.transition(taskId, event, { at, round });
      return payload;
    },

    async parseAnswer({ taskId, answer }) {
      const task = await requireTask(research, taskId);
      const strategy = await strategies.find(task.strategyId, task.strategyVersion);
      const text = new TextDecoder().decode(await ports.artifacts.get(answer));
      const extracted = extractAnswer(text);
      if (!extracted.ok) return { outcome: 'malformed', problems: [extracted.problem] };
      await writeTaskFile(ports, task, jsonFile('parsed.json', extracted.value));

      const validated = validateRecommendations(extracted.value, { universe: strategy?.document.universe ?? [] });
      if (!validated.ok) return { outcome: 'malformed', problems: validated.problems.slice(0, MAX_PROBLEMS) };
      const { recommendations } = validated;
      await writeTaskFile(ports, task, jsonFile('structured.json', { recommendations: recommendations.map(toWire) }));
      await research.saveRecommendations(taskId, recommendations);
      await research.transition(taskId, TaskEvent.succeed, { at: clock.now() });
      return { outcome: 'valid', recommendationCount: recommendations.length };
    },

    async failTask({ taskId, code, reason }) {
      await research.transition(taskId, TaskEvent.fail, { at: clock.now(), failureCode: code, failureReason: reason });
    },
  });
}

/** Writes the readable prompt and the exact bytes that will be sent; returns the latter. */
async function writePayload(
  ports: ProviderJobPorts,
  task: TaskRecord,
  round: number,
  problems: readonly string[],
): Promise<ArtifactRef> {
  const key = jobKey({ taskId: task.taskId, round });
  const question = await renderPrompt(ports, task, round > 0 ? { problems } : null);
  const job: LlmJob = {
    key,
    model: task.model,
    items: [{ customId: itemId(key), ...question }],
    answer: RECOMMENDATION_ANSWER,
    maxOutputTokens: await maxOutputTokens(ports, task),
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

async function maxOutputTokens(ports: ProviderJobPorts, task: TaskRecord): Promise<number> {
  const strategy = await ports.strategies.find(task.strategyId, task.strategyVersion);
  return strategy?.document.providers.find((one) => one.provider === task.provider)?.maxOutputTokens ?? 8192;
}

function jsonFile(name: string, value: unknown) {
  return { name, content: `${JSON.stringify(value, null, 2)}\n`, mediaType: 'application/json' };
}

/** In the words of the answer schema, numbers as exact decimal strings. */
function toWire(one: Recommendation) {
  return {
    ticker: one.ticker,
    action: one.action,
    entry_price: one.entryPrice,
    target_price: one.targetPrice,
    stop_loss: one.stopLoss,
    allocation_percent: one.allocationPercent,
    rationale: one.rationale,
  };
}
