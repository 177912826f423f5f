import { type ApiClient, answerOf, foundOf } from '../../client/api-client.ts';
import {
  artifactsSchema,
  callsSchema,
  pollsSchema,
  recommendationsSchema,
  taskPageSchema,
  taskSchema,
  usageTotalsSchema,
} from '../../contracts/schemas/api/research.ts';
import {
  planSchema,
  savedStrategySchema,
  strategyPageSchema,
  strategySchema,
} from '../../contracts/schemas/api/strategies.ts';
import type { ResearchRepository, StrategyRepository, UsageRepository } from '../../ports/repositories.ts';
import { remotePort } from './only-here.ts';
import { readPages } from './pages.ts';

export function remoteStrategies(api: ApiClient): StrategyRepository {
  const path = (strategy: string) => ({ path: { strategy } });
  return remotePort<StrategyRepository>(
    {
      list: () =>
        readPages(undefined, async (query) =>
          strategyPageSchema.parse(await answerOf(api.GET('/api/v1/strategies', { params: { query } }))),
        ),
      async find(strategy, version) {
        const query = version === undefined ? {} : { version };
        const found = await foundOf(api.GET('/api/v1/strategies/{strategy}', { params: { ...path(strategy), query } }));
        return found && strategySchema.parse(found);
      },
      async save(document) {
        const saved = savedStrategySchema.parse(await answerOf(api.POST('/api/v1/strategies', { body: document })));
        return { record: saved.strategy, created: saved.created };
      },
      async setActive(strategy, active) {
        const found = await foundOf(
          api.PUT('/api/v1/strategies/{strategy}/active', { params: path(strategy), body: { active } }),
        );
        return found && strategySchema.parse(found);
      },
      async listStale() {
        return planSchema.parse(await answerOf(api.GET('/api/v1/plan'))).stale;
      },
    },
    'this part of strategies',
  );
}

export function remoteResearch(api: ApiClient): ResearchRepository {
  const params = (taskId: string) => ({ params: { path: { taskId } } });
  return remotePort<ResearchRepository>(
    {
      async findTask(taskId) {
        const found = await foundOf(api.GET('/api/v1/tasks/{taskId}', params(taskId)));
        return found && taskSchema.parse(found);
      },
      listTasks: ({ states, strategyId, provider, requestGroupId, ready, limit }) =>
        readPages(limit, async (page) =>
          taskPageSchema.parse(
            await answerOf(
              api.GET('/api/v1/tasks', {
                params: {
                  query: {
                    ...page,
                    ...(states === undefined ? {} : { state: [...states] }),
                    ...(strategyId === undefined ? {} : { strategy: strategyId }),
                    ...(provider === undefined ? {} : { provider }),
                    ...(requestGroupId === undefined ? {} : { requestGroupId }),
                    ...(ready === true ? { ready: 'true' as const } : {}),
                  },
                },
              }),
            ),
          ),
        ),
      listPolls: async (taskId) =>
        pollsSchema.parse(await answerOf(api.GET('/api/v1/tasks/{taskId}/polls', params(taskId)))).items,
      listArtifacts: async (taskId) =>
        artifactsSchema.parse(await answerOf(api.GET('/api/v1/tasks/{taskId}/artifacts', params(taskId)))).items,
      listRecommendations: async (taskId) =>
        recommendationsSchema.parse(await answerOf(api.GET('/api/v1/tasks/{taskId}/recommendations', params(taskId))))
          .items,
    },
    'this part of research',
  );
}

export function remoteUsage(api: ApiClient): UsageRepository {
  return remotePort<UsageRepository>(
    {
      listByTask: async (taskId) =>
        callsSchema.parse(await answerOf(api.GET('/api/v1/tasks/{taskId}/calls', { params: { path: { taskId } } })))
          .items as Awaited<ReturnType<UsageRepository['listByTask']>>,
      totals: async (strategy, provider) =>
        usageTotalsSchema.parse(
          await answerOf(
            api.GET('/api/v1/strategies/{strategy}/usage', { params: { path: { strategy }, query: { provider } } }),
          ),
        ),
    },
    'this part of usage',
  );
}
