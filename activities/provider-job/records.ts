import type { JobRecordActivities } from '../../src/contracts/activities/provider-job.ts';
import { ERRORS, errorCodeOf, FoliosError } from '../../src/contracts/errors.ts';
import { providerJobInputSchema } from '../../src/contracts/schemas/workflow-inputs.ts';
import { isTaskEnded, TaskEvent } from '../../src/domain/research/task-state.ts';
import type { TaskRecord } from '../../src/ports/repositories.ts';
import { withFailures } from '../failures.ts';
import { parseInput } from '../input.ts';
import { requireTask } from '../require-task.ts';
import type { ProviderJobPorts } from './ports.ts';
import { prepareRound } from './prepare.ts';

/** The steps of a provider job on our own database and artifact store. */
export function createJobRecordActivities(ports: ProviderJobPorts): JobRecordActivities {
  const { research, clock } = ports;

  return withFailures<JobRecordActivities>({
    async openJob(input) {
      const { taskId, hold } = parseInput(providerJobInputSchema, input);
      const task = await requireTask(research, taskId);
      if (isTaskEnded(task.state)) {
        throw new FoliosError('TASK_STATE_CONFLICT', `task ${taskId} has already ${task.state}`, { taskId });
      }
      if (!hold) await prepareOrFail(ports, task);
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
      await prepareRound(ports, await requireTask(research, taskId), round, problems);
    },

    async failTask({ taskId, code, reason }) {
      const event = code === 'BUDGET_EXCEEDED' ? TaskEvent.deny : TaskEvent.fail;
      await research.transition(taskId, event, { at: clock.now(), failureCode: code, failureReason: reason });
    },
  });
}

/** A question that can never be asked fails its task here, since the workflow knows no task before this step has ended. */
async function prepareOrFail(ports: ProviderJobPorts, task: TaskRecord): Promise<void> {
  try {
    await prepareRound(ports, task, 0, []);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== null && !ERRORS[code].retryable) {
      const failureReason = (error as Error).message;
      await ports.research.transition(task.taskId, TaskEvent.fail, {
        at: ports.clock.now(),
        failureCode: code,
        failureReason,
      });
    }
    throw error;
  }
}
