import { type ApiClient, answerOf } from '../../client/api-client.ts';
import { alertListSchema, alertSchema } from '../../contracts/schemas/api/alerts.ts';
import { budgetListSchema, costsSchema } from '../../contracts/schemas/api/costs.ts';
import { SEVERITIES } from '../../domain/alerts/alert.ts';
import type { CliContext } from '../context.ts';
import { remotePort } from './only-here.ts';
import { readPages } from './pages.ts';

const DAY_MS = 86_400_000;

/** Alerts of what the caller sees. */
export function remoteAlerts(api: ApiClient): CliContext['alerts'] {
  return remotePort<CliContext['alerts']>(
    {
      list: ({ acknowledged, limit }) =>
        readPages(limit, async (page) => {
          const query = { ...page, ...(acknowledged === undefined ? { all: 'true' as const } : {}) };
          return alertListSchema.parse(await answerOf(api.GET('/api/v1/alerts', { params: { query } })));
        }),
      async acknowledge(alertId) {
        const params = { path: { alertId } };
        return alertSchema.parse(await answerOf(api.POST('/api/v1/alerts/{alertId}/acknowledge', { params })));
      },
      async countOpen() {
        const open = await readPages(undefined, async (query) =>
          alertListSchema.parse(await answerOf(api.GET('/api/v1/alerts', { params: { query } }))),
        );
        const count = (severity: string) => open.filter((one) => one.severity === severity).length;
        return Object.fromEntries(SEVERITIES.map((one) => [one, count(one)])) as Record<
          (typeof SEVERITIES)[number],
          number
        >;
      },
    },
    'managing alerts',
  );
}

export function remoteBudgets(api: ApiClient): CliContext['budgets'] {
  return remotePort<CliContext['budgets']>(
    {
      async set({ strategyId, dailyUsd }) {
        await answerOf(api.PUT('/api/v1/budgets', { body: { strategy: strategyId, dailyUsd } }));
      },
      async costs({ strategyIds, since }) {
        // The route counts days back from today, which is one of them.
        const days = Math.floor((Date.now() - since.getTime()) / DAY_MS) + 1;
        const [strategy] = strategyIds ?? [];
        const query = { days, ...(strategy === undefined ? {} : { strategy }) };
        return costsSchema.parse(await answerOf(api.GET('/api/v1/costs', { params: { query } }))).items;
      },
      list: () =>
        readPages(undefined, async (query) =>
          budgetListSchema.parse(await answerOf(api.GET('/api/v1/budgets', { params: { query } }))),
        ) as ReturnType<CliContext['budgets']['list']>,
    },
    'managing budgets',
  );
}
