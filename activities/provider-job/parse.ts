import type { HarvestedJob } from '../../src/contracts/activities/provider-job.ts';
import { extractAnswer } from '../../src/domain/research/answer.ts';
import type { Recommendation } from '../../src/domain/research/recommendation.ts';
import { validateRecommendations } from '../../src/domain/research/validate.ts';
import type { TaskRecord } from '../../src/ports/repositories.ts';
import type { ProviderJobPorts } from './ports.ts';
import { jsonFile, writeTaskFiles } from './task-files.ts';

const MAX_PROBLEMS = 20;

/** A model's text as validated recommendations; the task succeeds with them. Idempotent. */
export async function parseAnswer(
  ports: ProviderJobPorts,
  task: TaskRecord,
  text: string,
): Promise<Exclude<HarvestedJob, { outcome: 'failed' }>> {
  const { research, strategies, clock } = ports;
  const extracted = extractAnswer(text);
  if (!extracted.ok) return { outcome: 'malformed', problems: [extracted.problem] };
  const parsed = jsonFile('parsed.json', extracted.value);

  const { universe } = await strategies.document(task.strategyId, task.strategyVersion);
  const validated = validateRecommendations(extracted.value, { universe });
  if (!validated.ok) {
    await writeTaskFiles(ports, task, parsed);
    return { outcome: 'malformed', problems: validated.problems.slice(0, MAX_PROBLEMS) };
  }
  const { recommendations } = validated;
  const structured = jsonFile('structured.json', { recommendations: recommendations.map(toWire) });
  await writeTaskFiles(ports, task, parsed, structured);
  await research.saveRecommendations(task.taskId, recommendations, clock.now());
  return { outcome: 'valid', recommendationCount: recommendations.length };
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
