import { FoliosError } from '../../contracts/errors.ts';
import { isTaskEnded } from '../../domain/research/task-state.ts';
import type { CommandResult } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { resolveTask } from '../references/task-reference.ts';

export interface CancelOptions extends Confirmation {
  readonly reason: string;
}

/** Cancels a task's job at the provider and ends the task as failed. CONFIRMATION_REQUIRED, TASK_STATE_CONFLICT. */
export async function cancelTask(
  { research, folios }: CliContext,
  reference: string,
  options: CancelOptions,
): Promise<CommandResult> {
  const task = await resolveTask(research, reference);
  const { taskId, provider, mode, strategySlug, state } = task;
  const name = `${strategySlug}/${provider} (${mode}, ${state}, task ${taskId})`;
  if (isTaskEnded(state)) throw new FoliosError('TASK_STATE_CONFLICT', `${name} has ended already`, { taskId, state });
  const question = `Cancel ${name}? The provider may still bill what it has done.`;
  if (!(await isConfirmed(options, `cancelling ${name}`, question))) {
    return { document: { taskId, cancelled: false, state }, text: 'Not cancelled.' };
  }
  const view = await folios.cancelJob(taskId, options.reason);
  const text = `Cancelled ${strategySlug}/${provider}: the task is ${view.state}${view.failure ? ` (${view.failure.code}: ${view.failure.reason})` : ''}.`;
  return { document: { taskId, cancelled: true, state: view.state, failure: view.failure }, text };
}
