import type { EnqueuedRun } from '../../src/contracts/activities/research.ts';
import type { ProviderOutcome } from './messages.ts';

/** The run in Markdown for the Web UI's current details. */
export function describeRun(run: EnqueuedRun, outcomes: readonly ProviderOutcome[]): string {
  const rows = outcomes.map((outcome) => {
    const result = outcome.failure
      ? `${outcome.failure.code}: ${outcome.failure.reason.replaceAll('|', '/').slice(0, 200)}`
      : outcome.totalUsd
        ? `total $${outcome.totalUsd}`
        : outcome.recommendationCount > 0
          ? `${outcome.recommendationCount} recommendations`
          : '';
    return `| ${outcome.provider} | ${outcome.state} | ${result} | \`job/${outcome.taskId}\` |`;
  });
  return [
    `**${run.strategyName}** version ${run.strategyVersion}, as of ${run.asOf}${run.hold ? ', held for manual steps' : ''}`,
    '',
    '| provider | state | result | workflow |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
