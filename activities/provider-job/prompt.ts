import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import { formatUsd } from '../../src/domain/money/decimal.ts';
import { cashOf, totalOf } from '../../src/domain/portfolio/ledger.ts';
import { buildPrompt, buildRepairPrompt } from '../../src/domain/research/prompt.ts';
import type { TaskRecord } from '../../src/ports/repositories.ts';
import type { ProviderJobPorts } from './ports.ts';
import { ANSWER_FILE } from './task-files.ts';

/** The question of a task as of its day; in round 1 the same question with what was wrong with the first answer. */
export async function renderPrompt(
  ports: ProviderJobPorts,
  task: TaskRecord,
  strategy: ResearchStrategy,
  repair: { problems: readonly string[] } | null,
): Promise<{ system: string; prompt: string }> {
  const [portfolio, market] = await Promise.all([
    portfolioOf(ports, task, strategy),
    ports.marketTable(strategy, task.asOf),
  ]);
  const context = { asOf: task.asOf, universe: strategy.universe, strategyName: strategy.name, portfolio, market };
  const methodText = ports.templates.render(strategy.method, {
    ...context,
    provider: task.provider,
    model: task.model,
  });
  const question = buildPrompt({ ...context, methodText });
  if (!repair) return question;
  return buildRepairPrompt(question, await lastAnswer(ports, task), repair.problems);
}

async function portfolioOf(ports: ProviderJobPorts, task: TaskRecord, strategy: ResearchStrategy) {
  const account = await ports.portfolio.findAccountOf(task.strategyId, task.provider);
  if (!account) {
    const cashUsd = formatUsd(strategy.initialBalanceUsd);
    return { cashUsd, totalUsd: cashUsd, positions: [] };
  }
  const [balances, positions] = await Promise.all([
    ports.portfolio.balances(account.accountId),
    ports.portfolio.listPositions(account.accountId),
  ]);
  return {
    cashUsd: formatUsd(cashOf(balances)),
    totalUsd: formatUsd(totalOf(balances)),
    positions: positions.map(({ ticker, quantity }) => ({ ticker, quantity })),
  };
}

async function lastAnswer(ports: ProviderJobPorts, task: TaskRecord): Promise<string> {
  const answer = (await ports.research.listArtifacts(task.taskId)).findLast((file) => file.name === ANSWER_FILE);
  return answer ? new TextDecoder().decode(await ports.artifacts.get(answer)) : '';
}
