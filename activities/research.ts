import { activityInfo } from '@temporalio/activity';
import { v5 as uuidV5 } from 'uuid';
import type { EnqueuedRun, ResearchActivities } from '../src/contracts/activities/research.ts';
import { FoliosError } from '../src/contracts/errors.ts';
import type { ResearchStrategy } from '../src/contracts/schemas/strategy.ts';
import {
  planResearchInputSchema,
  researchRunInputSchema,
  snapshotPortfoliosInputSchema,
} from '../src/contracts/schemas/workflow-inputs.ts';
import { ProviderMode, type ProviderName } from '../src/domain/research/provider.ts';
import { isTaskEnded } from '../src/domain/research/task-state.ts';
import type { LlmProviders } from '../src/ports/llm-provider.ts';
import type { StrategyRepository } from '../src/ports/repositories.ts';
import type { TradingAccounts } from '../src/ports/trading-accounts.ts';
import { applyDueActions } from './accounting/apply-actions.ts';
import { type ValuationPorts, valueTradingAccount } from './accounting/value-account.ts';
import { withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { parseInput } from './input.ts';
import { type BooksPorts, markAccount } from './portfolio/books.ts';

export interface ResearchPorts extends BooksPorts, Omit<ValuationPorts, 'portfolio'> {
  readonly accounts: Pick<TradingAccounts, 'list'>;
  readonly strategies: StrategyRepository;
  readonly providers: LlmProviders;
}

/** Plan, enqueue and snapshots. */
export function createResearchActivities(ports: ResearchPorts): ResearchActivities {
  return withFailures<ResearchActivities>({
    async planResearch(input) {
      const { dryRun } = parseInput(planResearchInputSchema, input);
      const stale = await ports.strategies.listStale(ports.clock.now());
      return {
        dryRun,
        stale: stale.map((one) => ({
          ...one,
          lastSubmittedAt: one.lastSubmittedAt?.toISOString() ?? null,
          requestGroupId: groupIdOfThisRun(one.strategyId),
        })),
      };
    },

    async enqueueResearch(input) {
      const parsed = parseInput(researchRunInputSchema, input);
      const strategy = await ports.strategies.find(parsed.strategyId);
      if (!strategy)
        throw new FoliosError('STRATEGY_NOT_FOUND', `no strategy has the id or slug "${parsed.strategyId}"`);
      const providers = chooseProviders(strategy.document, parsed.providers);
      const simulated = new Map(providers.map((one) => [one.provider, isSimulated(ports.providers, one)]));
      const requestGroupId = parsed.requestGroupId ?? groupIdOfThisRun(strategy.id);
      const asOf = await ports.marketClock.today(strategy.document.priceSource);
      const rows = await ports.research.enqueue({
        requestGroupId,
        strategy,
        providers: providers.map((one) => one.provider),
        asOf,
        force: parsed.force,
        now: ports.clock.now(),
        isSimulated: (provider) => simulated.get(provider) ?? false,
      });
      return {
        requestGroupId,
        strategyId: strategy.id,
        strategySlug: strategy.document.slug,
        strategyName: strategy.document.name,
        strategyVersion: strategy.version,
        asOf,
        hold: parsed.hold,
        tasks: await Promise.all(
          rows.map(async ({ taskId, requestId, provider, mode, model, accountId, ...row }) => ({
            taskId,
            requestId,
            provider,
            mode,
            model,
            accountId,
            // A retry of this step finds the rows of its first attempt: they are this run's all the same. A run started
            // again with the group of an earlier one leaves alone what that one has finished.
            enqueued: row.requestGroupId === requestGroupId && (row.created || !(await hasEnded(ports, taskId))),
          })),
        ),
      } satisfies EnqueuedRun;
    },

    async snapshotPortfolios(input) {
      const { marketDate } = parseInput(snapshotPortfoliosInputSchema, input);
      const [accounts, all] = await Promise.all([ports.portfolio.listAccounts(), ports.accounts.list()]);
      return withHeartbeat(async () => {
        const snapshots = [];
        for (const account of accounts) {
          const day = marketDate ?? (await ports.marketClock.today(account.priceSource));
          snapshots.push(await markAccount(ports, account, day));
        }
        for (const account of all.filter(({ strategyId }) => strategyId === null)) {
          await applyDueActions(ports, account, await ports.marketClock.today(account.priceSource));
          snapshots.push(await valueTradingAccount(ports, account));
        }
        return snapshots;
      });
    },
  });
}

async function hasEnded({ research }: ResearchPorts, taskId: string): Promise<boolean> {
  const task = await research.findTask(taskId);
  return task !== null && isTaskEnded(task.state);
}

type ChosenProvider = ResearchStrategy['providers'][number];

function chooseProviders(document: ResearchStrategy, wanted: readonly ProviderName[] | undefined): ChosenProvider[] {
  if (!wanted) return document.providers;
  return wanted.map((name) => {
    const found = document.providers.find((one) => one.provider === name);
    if (found) return found;
    const known = document.providers.map((one) => one.provider).join(', ');
    throw new FoliosError('PROVIDER_UNKNOWN', `strategy ${document.slug} does not ask ${name}; it asks ${known}`);
  });
}

/** Also the moment at which a missing API key stops the run, before any row is made. */
function isSimulated(providers: LlmProviders, { provider, mode }: ChosenProvider): boolean {
  return mode === ProviderMode.batch ? providers.batch(provider).simulated : providers.direct(provider, mode).simulated;
}

/** The same for every retry of this activity, another for every other run. */
function groupIdOfThisRun(strategyId: string): string {
  const { workflowExecution } = activityInfo();
  return uuidV5(`${workflowExecution?.workflowId}/${workflowExecution?.runId}`, strategyId);
}
