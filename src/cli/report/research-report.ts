import type { ProviderName } from '../../domain/research/provider.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import type { AccountRecord, StrategyRecord } from '../../ports/repositories.ts';
import { compareAccount, rankAccounts } from '../../service/account-comparison.ts';
import { loadPortfolioStatement } from '../../service/portfolio-statement.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { providerTitle } from '../text/names.ts';
import type { ProviderReport, ResearchReport } from './report-model.ts';

export { renderResearchReport } from './render-report.ts';

const LOOKED_AT_TASKS = 100;

/** Everything that the report of a strategy says, as plain data. STRATEGY_NOT_FOUND. */
export async function loadResearchReport(context: CliContext, strategySlug: string): Promise<ResearchReport> {
  const strategy = await resolveStrategy(context.strategies, strategySlug);
  const accounts = (await context.portfolio.listAccounts()).filter((account) => account.strategyId === strategy.id);
  const asked = strategy.document.providers.map((one) => one.provider);
  // A provider that left the strategy still has its portfolio.
  const names = [...new Set([...asked, ...accounts.map((account) => account.provider)])];
  const providers = await Promise.all(
    names.map((provider) =>
      loadProvider(
        context,
        strategy,
        provider,
        accounts.find((account) => account.provider === provider),
      ),
    ),
  );
  const problems = providers.flatMap(problemsOf);
  return {
    strategy,
    providers,
    ranking: rankAccounts(providers.flatMap(({ comparison }) => (comparison ? [comparison] : []))),
    simulated: context.simulated,
    problems,
    ok: problems.length === 0,
  };
}

async function loadProvider(
  context: CliContext,
  strategy: StrategyRecord,
  provider: ProviderName,
  account: AccountRecord | undefined,
): Promise<ProviderReport> {
  const { research, portfolio } = context;
  const [tasks, statement] = await Promise.all([
    research.listTasks({ strategyId: strategy.id, provider, limit: LOOKED_AT_TASKS }),
    account ? loadPortfolioStatement(portfolio, account) : null,
  ]);
  const task = tasks[0] ?? null;
  const answered = tasks.find((one) => one.state === TaskState.succeeded);
  const [recommendations, orders, comparison] = await Promise.all([
    answered ? research.listRecommendations(answered.taskId) : [],
    // A research ticket has its task's id.
    answered ? portfolio.listOrders({ ticketId: answered.taskId }) : [],
    statement ? compareAccount(context, statement) : null,
  ]);
  const configured = strategy.document.providers.find((one) => one.provider === provider);
  return {
    provider,
    mode: task?.mode ?? configured?.mode ?? null,
    model: task?.model ?? configured?.model ?? null,
    simulated: task?.simulated ?? false,
    task,
    recommendations,
    orders,
    statement,
    comparison,
  };
}

function problemsOf({ provider, task, statement }: ProviderReport): string[] {
  const title = providerTitle(provider);
  const problems = (statement?.discrepancies ?? []).map((sentence) => `${title}: ${sentence}`);
  if (task && task.failureCode !== null) {
    problems.push(`${title} ${task.state}: ${task.failureCode}: ${task.failureReason ?? 'no reason was recorded'}`);
  }
  if (task?.state === TaskState.succeeded && task.executedAt === null) {
    problems.push(`${title}: its recommendations were not executed: folios execute --ready`);
  }
  return problems;
}
