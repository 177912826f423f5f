import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import {
  scheduleBackfilledSchema,
  scheduleBackfillSchema,
  scheduleDeletedSchema,
  scheduleExplanationSchema,
  scheduleListSchema,
  scheduleParamsSchema,
  scheduleReasonSchema,
  scheduleResumeSchema,
  scheduleSchema,
  scheduleTriggeredSchema,
} from '../../contracts/schemas/api/schedules.ts';
import { strategyScheduleSchema } from '../../contracts/schemas/schedule.ts';
import { strategyScheduleId } from '../../contracts/workflow-ids.ts';
import { Scope } from '../../domain/access/principal.ts';
import type { ApiApp } from '../api-app.ts';
import { pageOf } from '../paging.ts';
import { changeableTarget, type ScheduleRoutePorts, strategyOf, targetOf } from '../schedule-targets.ts';
import { visibleTo } from '../visibility.ts';

const tags = ['schedules'];

/** When strategies run by themselves: one's own, and folios' own, which administrators change. */
export async function scheduleRoutes(app: ApiApp, ports: ScheduleRoutePorts): Promise<void> {
  readingRoutes(app, ports);
  changingRoutes(app, ports);
  firingRoutes(app, ports);
}

function readingRoutes(app: ApiApp, ports: ScheduleRoutePorts): void {
  app.get(
    '/schedules',
    {
      schema: {
        operationId: 'listSchedules',
        tags,
        summary: 'List schedules',
        description:
          'As Temporal has them now, whoever changed them last, by id. What became of recent runs is left out.',
        querystring: pageQuerySchema,
        response: { 200: scheduleListSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, query }) => {
      const { strategies } = await visibleTo(principal, ports.ownership);
      const all = await ports.schedules.list();
      const seen = all.filter(({ kind, scheduleId }) => {
        if (kind === 'system' || strategies === null) return true;
        return strategies.has(scheduleId.slice(strategyScheduleId('').length));
      });
      return pageOf(seen, ({ scheduleId }) => scheduleId, query);
    },
  );

  app.get(
    '/schedules/:strategy',
    {
      schema: {
        operationId: 'getSchedule',
        tags,
        summary: 'One schedule',
        description: 'With its next five firings, and what became of its last five.',
        params: scheduleParamsSchema,
        response: { 200: scheduleSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params }) => ports.schedules.show(await targetOf(ports, principal, params.strategy)),
  );

  app.post(
    '/schedules/explain',
    {
      schema: {
        operationId: 'explainSchedule',
        tags,
        summary: 'What a schedule would do',
        description: 'In words, with its next five firings in its zone and in UTC. Changes nothing.',
        body: strategyScheduleSchema,
        response: { 200: scheduleExplanationSchema },
      },
      config: { access: Scope.read },
    },
    async ({ body }) => ports.schedules.explain(body),
  );
}

function changingRoutes(app: ApiApp, ports: ScheduleRoutePorts): void {
  app.put(
    '/schedules/:strategy',
    {
      schema: {
        operationId: 'setSchedule',
        tags,
        summary: 'Create or change a strategy’s schedule',
        description: 'Times and policies; a schedule that is paused stays paused.',
        params: scheduleParamsSchema,
        body: strategyScheduleSchema,
        response: { 200: scheduleSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, params, body }) =>
      ports.schedules.set(await strategyOf(ports, principal, params.strategy), body),
  );

  app.delete(
    '/schedules/:strategy',
    {
      schema: {
        operationId: 'deleteSchedule',
        tags,
        summary: 'Delete a strategy’s schedule',
        description: 'Runs under way go on. `deleted` is false where there was none.',
        params: scheduleParamsSchema,
        response: { 200: scheduleDeletedSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, params }) => {
      const strategy = await strategyOf(ports, principal, params.strategy);
      return { scheduleId: strategyScheduleId(strategy.id), deleted: await ports.schedules.delete(strategy) };
    },
  );

  app.post(
    '/schedules/:strategy/pause',
    {
      schema: {
        operationId: 'pauseSchedule',
        tags,
        summary: 'Pause a schedule',
        description: 'It fires no more until it is resumed; runs under way go on. Who and why stand in Temporal.',
        params: scheduleParamsSchema,
        body: scheduleReasonSchema,
        response: { 200: scheduleSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, params, body }) => {
      const target = await changeableTarget(ports, principal, params.strategy);
      return ports.schedules.pause(target, { reason: body.reason, by: principal.name });
    },
  );

  app.post(
    '/schedules/:strategy/resume',
    {
      schema: {
        operationId: 'resumeSchedule',
        tags,
        summary: 'Resume a schedule',
        description: 'What it missed while it was paused is not made up for.',
        params: scheduleParamsSchema,
        body: scheduleResumeSchema,
        response: { 200: scheduleSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, params, body }) => {
      const target = await changeableTarget(ports, principal, params.strategy);
      return ports.schedules.resume(target, { reason: body.reason, by: principal.name });
    },
  );
}

function firingRoutes(app: ApiApp, ports: ScheduleRoutePorts): void {
  app.post(
    '/schedules/:strategy/trigger',
    {
      schema: {
        operationId: 'triggerSchedule',
        tags,
        summary: 'Fire once, now',
        description: 'Under the schedule’s own overlap rule; `skipped` says why the firing will start nothing.',
        params: scheduleParamsSchema,
        response: { 200: scheduleTriggeredSchema },
      },
      config: { access: Scope.trade, startsSomething: true },
    },
    async ({ principal, params }) => ports.schedules.trigger(await changeableTarget(ports, principal, params.strategy)),
  );

  app.post(
    '/schedules/:strategy/backfill',
    {
      schema: {
        operationId: 'backfillSchedule',
        tags,
        summary: 'Make up for firings of the past',
        description: 'At most 20, one after the other. A firing that was carried out already asks nobody again.',
        params: scheduleParamsSchema,
        body: scheduleBackfillSchema,
        response: { 200: scheduleBackfilledSchema },
      },
      config: { access: Scope.trade, startsSomething: true },
    },
    async ({ principal, params, body }) =>
      ports.schedules.backfill(await changeableTarget(ports, principal, params.strategy), body),
  );
}
