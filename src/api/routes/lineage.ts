import { FoliosError } from '../../contracts/errors.ts';
import {
  executionParamsSchema,
  executionQuerySchema,
  executionStepParamsSchema,
  lineageSchema,
  lineageStepsSchema,
  recentExecutionsSchema,
  recentQuerySchema,
  statisticsQuerySchema,
  stepParamsSchema,
  stepStatisticsSchema,
  strategyParamsSchema,
} from '../../contracts/schemas/api/lineage.ts';
import { type Principal, Scope } from '../../domain/access/principal.ts';
import type { LineageReader } from '../../ports/lineage.ts';
import type { Ownership } from '../../ports/ownership.ts';
import type { ApiApp } from '../api-app.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';
import { visibleTo } from '../visibility.ts';

export interface LineageRoutePorts {
  readonly lineage: LineageReader;
  readonly ownership: Ownership;
}

const tags = ['lineage'];

/** What happened and why: from Temporal's histories while it keeps them, from the archive afterwards. */
export async function lineageRoutes(app: ApiApp, ports: LineageRoutePorts): Promise<void> {
  executionRoutes(app, ports);
  recentRoutes(app, ports);
  statisticsRoutes(app, ports);
}

function executionRoutes(app: ApiApp, ports: LineageRoutePorts): void {
  app.get(
    '/lineage/execution/:id',
    {
      schema: {
        operationId: 'getLineage',
        tags,
        summary: 'Lineage of an execution',
        description:
          'The execution with everything it started, every step with input, output, artifacts, attempts, times, error and ' +
          'who asked. Once `closed`, the answer stays the same, also after Temporal has forgotten the histories. Payloads ' +
          'above 8 kB are cut; the step’s own address shows them.',
        params: executionParamsSchema,
        querystring: executionQuerySchema,
        response: { 200: lineageSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params: { id }, query }) => {
      await requireVisible(ports, principal, id);
      const lineage = await ports.lineage.read(id, query.runId ?? null);
      if (lineage === null) throw notFound(id);
      return lineage;
    },
  );

  app.get(
    '/lineage/execution/:id/step/:name',
    {
      schema: {
        operationId: 'getLineageSteps',
        tags,
        summary: 'The steps of one name of an execution',
        description: 'Each time the execution itself took a step of that name, with whole payloads.',
        params: executionStepParamsSchema,
        querystring: executionQuerySchema,
        response: { 200: lineageStepsSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params: { id, name }, query }) => {
      await requireVisible(ports, principal, id);
      const steps = await ports.lineage.steps(id, query.runId ?? null, name);
      if (steps === null || steps.length === 0) throw notFound(steps === null ? id : `${id}, step ${name}`);
      return { items: steps };
    },
  );
}

function recentRoutes(app: ApiApp, { lineage, ownership }: LineageRoutePorts): void {
  app.get(
    '/lineage/strategy/:id/recent',
    {
      schema: {
        operationId: 'listRecentExecutions',
        tags,
        summary: 'Recent executions of a strategy',
        description: 'Newest first: runs, provider jobs and tickets, those under way and those in the archive.',
        params: strategyParamsSchema,
        querystring: recentQuerySchema,
        response: { 200: recentExecutionsSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params: { id }, query: { limit, cursor, type } }) => {
      (await visibleTo(principal, ownership)).requireStrategy(id);
      const filter = {
        strategyId: id,
        ...(type === undefined ? {} : { workflowType: type }),
        ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
      };
      const found = await lineage.recent(filter, limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(({ startedAt, closedAt, ...one }) => ({
          ...one,
          startedAt: startedAt.toISOString(),
          endedAt: closedAt?.toISOString() ?? null,
        })),
        nextCursor:
          last && found.length > limit
            ? encodeCursor({ startedAt: last.startedAt.toISOString(), runId: last.runId })
            : null,
      };
    },
  );
}

function statisticsRoutes(app: ApiApp, { lineage, ownership }: LineageRoutePorts): void {
  app.get(
    '/lineage/step/:name/statistics',
    {
      schema: {
        operationId: 'getStepStatistics',
        tags,
        summary: 'How a step does',
        description: 'Attempts, durations and failures of a step in the newest executions that the caller may see.',
        params: stepParamsSchema,
        querystring: statisticsQuerySchema,
        response: { 200: stepStatisticsSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params: { name }, query: { executions, strategyId } }) => {
      const visible = await visibleTo(principal, ownership);
      if (strategyId !== undefined) visible.requireStrategy(strategyId);
      const { strategies, accounts } = visible;
      const own =
        strategies === null || accounts === null ? null : { strategyIds: [...strategies], accountIds: [...accounts] };
      const of = strategyId === undefined ? own : { strategyIds: [strategyId], accountIds: [] };
      return await lineage.statistics(name, executions, of);
    },
  );
}

/** An execution whose owner the books do not know is the service's own, which administrators see. */
async function requireVisible(
  { lineage, ownership }: LineageRoutePorts,
  principal: Principal,
  id: string,
): Promise<void> {
  const { strategies, accounts } = await visibleTo(principal, ownership);
  if (strategies === null || accounts === null) return;
  const { strategyId, accountId } = await lineage.ownerOf(id);
  const isTheirs =
    (strategyId !== null && strategies.has(strategyId)) || (accountId !== null && accounts.has(accountId));
  if (!isTheirs) throw notFound(id);
}

function notFound(what: string): FoliosError {
  return new FoliosError('RESOURCE_NOT_FOUND', `there is no execution ${what}`);
}

/** Where a page ended. RESOURCE_NOT_FOUND. */
function placeOf(cursor: string): { startedAt: Date; runId: string } {
  const place = decodeCursor(cursor, ['startedAt', 'runId']);
  const startedAt = new Date(place.startedAt);
  if (!Number.isNaN(startedAt.getTime())) return { startedAt, runId: place.runId };
  throw new FoliosError('RESOURCE_NOT_FOUND', 'no page of this list begins at this cursor');
}
