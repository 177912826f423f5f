import type { JobTask } from '../../src/contracts/activities/provider-job.ts';
import type { ProviderJobView } from './messages.ts';

/** The job in Markdown for the Web UI's current details. */
export function describeJob(task: JobTask, view: ProviderJobView): string {
  const { lastStatus, failure } = view;
  const lines = [
    `**${view.state}**: ${view.step}`,
    '',
    `- strategy \`${task.strategySlug}\` version ${task.strategyVersion}`,
    `- ${task.provider} ${task.mode}, ${task.model}${task.simulated ? ' (**simulated** provider)' : ''}`,
    `- task \`${task.taskId}\`, question ${view.round + 1}`,
  ];
  if (view.providerJobId) lines.push(`- provider's job \`${view.providerJobId}\``);
  if (lastStatus) {
    const counts = lastStatus.counts;
    const items = counts ? `, ${counts.completed} of ${counts.total} done, ${counts.failed} failed` : '';
    lines.push(`- provider says \`${lastStatus.providerStatus}\`${items} after ${lastStatus.pollCount} polls`);
  }
  if (failure) lines.push(`- **${failure.code}**: ${failure.reason}`);
  return lines.join('\n');
}
