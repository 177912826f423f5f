import { FoliosError } from '../../src/contracts/errors.ts';
import { RECOMMENDATION_ANSWER } from '../../src/contracts/schemas/recommendation.ts';
import { inputTokensAtMost } from '../../src/domain/llm/budget.ts';
import { callCost } from '../../src/domain/llm/pricing.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import type { SubmissionIntent, TaskRecord } from '../../src/ports/repositories.ts';
import type { ProviderJobPorts } from './ports.ts';
import { maxOutputTokens } from './prepare.ts';

const SCHEMA_BYTES = JSON.stringify(RECOMMENDATION_ANSWER).length;

/**
 * Takes from the budgets what the next call can cost at most, before it is made; its key. A batch that is submitted again
 * after it was looked for is still the one batch; a direct call that is asked again is another one, and both may be billed.
 * BUDGET_EXCEEDED, with nothing asked.
 */
export async function reserveBudget(
  ports: ProviderJobPorts,
  task: TaskRecord,
  { key, attempts }: SubmissionIntent,
  payload: Uint8Array,
): Promise<string> {
  const { taskId, strategyId, strategyVersion, mode, model } = task;
  const isBatch = mode === ProviderMode.batch;
  const callId = isBatch ? key : `${key}-${attempts + 1}`;
  const strategy = await ports.strategies.document(strategyId, strategyVersion);
  const { costUsd } = callCost(model, mode, {
    inputTokens: inputTokensAtMost(payload.byteLength + (isBatch ? 0 : SCHEMA_BYTES)),
    outputTokens: maxOutputTokens(strategy, task),
  });
  const answer = await ports.budgets.reserve({
    ...{ callId, taskId, strategyId },
    upperBoundUsd: costUsd,
    at: ports.clock.now(),
  });
  if (answer.granted) return callId;
  throw new FoliosError('BUDGET_EXCEEDED', answer.reason, { taskId });
}
