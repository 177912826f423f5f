import { FoliosError } from '../../contracts/errors.ts';
import {
  budgetListSchema,
  budgetSetSchema,
  costQuerySchema,
  costsSchema,
  MAX_COST_LINES,
  newBudgetSchema,
} from '../../contracts/schemas/api/costs.ts';
import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import { mayDo, type Principal, Scope } from '../../domain/access/principal.ts';
import { budgetDay } from '../../domain/llm/budget.ts';
import { PRICES_AS_OF } from '../../domain/llm/pricing.ts';
import { dec, sum } from '../../domain/money/decimal.ts';
import type { LlmBudgets } from '../../ports/budgets.ts';
import type { Ownership } from '../../ports/ownership.ts';
import type { StrategyRepository } from '../../ports/repositories.ts';
import type { ApiApp } from '../api-app.ts';
import { pageOf } from '../paging.ts';
import { visibleTo } from '../visibility.ts';

export interface CostRoutePorts {
  readonly budgets: LlmBudgets;
  readonly strategies: Pick<StrategyRepository, 'find'>;
  readonly ownership: Ownership;
  now(): Date;
}

const DAY_MS = 86_400_000;
const tags = ['costs'];

/** What calls to models have cost, and what they may. */
export async function costRoutes(app: ApiApp, ports: CostRoutePorts): Promise<void> {
  costsRoute(app, ports);
  budgetRoutes(app, ports);
}

function costsRoute(app: ApiApp, ports: CostRoutePorts): void {
  app.get(
    '/costs',
    {
      schema: {
        operationId: 'getCosts',
        tags,
        summary: 'What calls to models have cost',
        description:
          'Per UTC day, strategy, provider, mode and model, newest day first; at list prices, batches at half.',
        querystring: costQuerySchema,
        response: { 200: costsSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, query }) => {
      const today = new Date(`${budgetDay(ports.now())}T00:00:00Z`);
      const since = new Date(today.getTime() - (query.days - 1) * DAY_MS);
      const { strategies } = await visibleTo(principal, ports.ownership);
      const strategyIds =
        query.strategy === undefined
          ? strategies && [...strategies]
          : [await requireStrategy(ports, principal, query.strategy)];
      const items = [...(await ports.budgets.costs({ strategyIds, since, limit: MAX_COST_LINES }))];
      const totalUsd = sum(items.map(({ costUsd }) => dec(costUsd))).toFixed();
      return { since: budgetDay(since), pricesAsOf: PRICES_AS_OF, totalUsd, items };
    },
  );
}

function budgetRoutes(app: ApiApp, ports: CostRoutePorts): void {
  app.get(
    '/budgets',
    {
      schema: {
        operationId: 'listBudgets',
        tags,
        summary: 'Daily budgets and how they stand',
        description: 'The service’s first, for administrators; then those of the strategies that you see.',
        querystring: pageQuerySchema,
        response: { 200: budgetListSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, query }) => {
      const { strategies } = await visibleTo(principal, ports.ownership);
      const all = await ports.budgets.list(ports.now());
      const seen = all.filter(
        ({ strategyId }) => strategies === null || (strategyId !== null && strategies.has(strategyId)),
      );
      return pageOf(seen, ({ strategyId }) => strategyId ?? '', query);
    },
  );

  app.put(
    '/budgets',
    {
      schema: {
        operationId: 'setBudget',
        tags,
        summary: 'Set a daily budget',
        description:
          'US dollars per UTC day for the calls of one strategy, or of all, which is for administrators. A call that could cost more than is left is denied.',
        body: newBudgetSchema,
        response: { 200: budgetSetSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, body }) => {
      if (body.strategy === null && !mayDo(principal, Scope.admin)) {
        throw new FoliosError('ACCESS_DENIED', 'the budget of the whole service is for administrators to set');
      }
      const strategyId = body.strategy === null ? null : await requireStrategy(ports, principal, body.strategy);
      const budget = { strategyId, dailyUsd: body.dailyUsd, setBy: principal.name, setAt: ports.now() };
      await ports.budgets.set(budget);
      return budget;
    },
  );
}

async function requireStrategy({ strategies, ownership }: CostRoutePorts, principal: Principal, reference: string) {
  const strategy = await strategies.find(reference);
  const seen = (await visibleTo(principal, ownership)).strategies;
  // Somebody else's and one that is not there are the same answer, to the letter.
  if (strategy !== null && (seen === null || seen.has(strategy.id))) return strategy.id;
  throw new FoliosError('RESOURCE_NOT_FOUND', `no strategy has the id ${reference}`);
}
