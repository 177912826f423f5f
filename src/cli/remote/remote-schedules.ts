import { type ApiClient, answerOf } from '../../client/api-client.ts';
import {
  scheduleBackfilledSchema,
  scheduleDeletedSchema,
  scheduleExplanationSchema,
  scheduleListSchema,
  scheduleSchema,
  scheduleTriggeredSchema,
} from '../../contracts/schemas/api/schedules.ts';
import type { ScheduleTarget, StrategySchedules } from '../../ports/strategy-schedules.ts';
import { remotePort } from './only-here.ts';
import { readPages } from './pages.ts';

/** Schedules through a server, which keeps the name of its own user with every change. */
export function remoteSchedules(api: ApiClient): StrategySchedules {
  const of = (target: ScheduleTarget) => ({
    path: { strategy: target.kind === 'system' ? target.scheduleId : target.strategy.id },
  });
  return remotePort<StrategySchedules>(
    {
      list: () =>
        readPages(undefined, async (query) =>
          scheduleListSchema.parse(await answerOf(api.GET('/api/v1/schedules', { params: { query } }))),
        ),
      show: async (target) =>
        scheduleSchema.parse(await answerOf(api.GET('/api/v1/schedules/{strategy}', { params: of(target) }))),
      async set(strategy, body) {
        const params = of({ kind: 'strategy', strategy });
        return scheduleSchema.parse(await answerOf(api.PUT('/api/v1/schedules/{strategy}', { params, body })));
      },
      pause: async (target, { reason }) =>
        scheduleSchema.parse(
          await answerOf(api.POST('/api/v1/schedules/{strategy}/pause', { params: of(target), body: { reason } })),
        ),
      resume: async (target, { reason }) =>
        scheduleSchema.parse(
          await answerOf(api.POST('/api/v1/schedules/{strategy}/resume', { params: of(target), body: { reason } })),
        ),
      trigger: async (target) =>
        scheduleTriggeredSchema.parse(
          await answerOf(api.POST('/api/v1/schedules/{strategy}/trigger', { params: of(target) })),
        ),
      backfill: async (target, body) =>
        scheduleBackfilledSchema.parse(
          await answerOf(api.POST('/api/v1/schedules/{strategy}/backfill', { params: of(target), body })),
        ),
      explain: async (body) =>
        scheduleExplanationSchema.parse(await answerOf(api.POST('/api/v1/schedules/explain', { body }))),
      async delete(strategy) {
        const params = of({ kind: 'strategy', strategy });
        const answer = await answerOf(api.DELETE('/api/v1/schedules/{strategy}', { params }));
        return scheduleDeletedSchema.parse(answer).deleted;
      },
    },
    'this part of schedules',
  );
}
