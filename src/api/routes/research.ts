import { FoliosError } from '../../contracts/errors.ts';
import {
  callsSchema,
  cancelTaskSchema,
  executeTaskSchema,
  jobStatusSchema,
  jobViewSchema,
  pollsSchema,
  recommendationsSchema,
  repeatedStepsSchema,
  runRequestSchema,
  runSchema,
  settledTicketSchema,
  taskPageSchema,
  taskParamsSchema,
  taskSchema,
  tasksQuerySchema,
} from '../../contracts/schemas/api/research.ts';
import type { Pages } from '../../ports/pages.ts';
import type { ResearchRepository, UsageRepository } from '../../ports/repositories.ts';
import type { Engine } from '../../service/engine.ts';
import type { ApiApp } from '../api-app.ts';
import { type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';
import { startedId } from '../plugins/idempotency.ts';

export interface ResearchRoutePorts extends OwnedThingsPorts {
  readonly research: Pick<ResearchRepository, 'findTask' | 'listPolls' | 'listRecommendations'>;
  readonly usage: Pick<UsageRepository, 'listByTask'>;
  readonly pages: Pick<Pages, 'tasks'>;
  readonly folios: Engine;
}

/** Runs of research strategies and their tasks: to start, to follow, to take by the hand. */
export async function researchRoutes(app: ApiApp, ports: ResearchRoutePorts): Promise<void> {
  addRuns(app, ports);
  addTasks(app, ports);
  addTaskParts(app, ports);
  addSteps(app, ports);
  addEnds(app, ports);
}

function addRuns(app: ApiApp, ports: ResearchRoutePorts): void {
  app.post(
    '/runs',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'startRun',
        tags: ['research'],
        summary: 'Start a run of a strategy',
        description:
          'A provider with a recent submission is left alone, unless `force`. The run’s id is made from the `Idempotency-Key`: the same key again joins the same run.',
        body: runRequestSchema,
        response: { 202: runSchema },
      },
    },
    async (request, reply) => {
      const { principal, body } = request;
      const things = await ownedThings(ports, principal);
      const { id } = await things.strategy(body.strategy);
      const requestGroupId = body.requestGroupId ?? startedId(request);
      const { items } = await ports.pages.tasks({ strategyIds: null, requestGroupId, after: null, limit: 1 });
      if (items.some(({ strategyId }) => strategyId !== id)) throw otherRun(requestGroupId);
      const { run } = await ports.folios.startResearchRun({
        strategyId: id,
        ...(body.providers ? { providers: body.providers } : {}),
        requestGroupId,
        hold: body.hold,
        force: body.force,
      });
      if (run.strategyId !== id) throw otherRun(requestGroupId);
      return reply.code(202).send({ ...run, tasks: [...run.tasks] });
    },
  );
}

function otherRun(requestGroupId: string): FoliosError {
  return new FoliosError('NAME_TAKEN', `the id ${requestGroupId} is another run's`);
}

function addTasks(app: ApiApp, ports: ResearchRoutePorts): void {
  app.get(
    '/tasks',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listTasks',
        tags: ['research'],
        summary: 'List execution tasks',
        description: 'Newest first: one for each provider of a run.',
        querystring: tasksQuerySchema,
        response: { 200: taskPageSchema },
      },
    },
    async ({ principal, query }) => {
      const things = await ownedThings(ports, principal);
      const { state, strategy, provider, requestGroupId, ready, limit, cursor } = query;
      const all = things.visible.strategies === null ? null : [...things.visible.strategies];
      const page = await ports.pages.tasks({
        strategyIds: strategy === undefined ? all : [(await things.strategy(strategy)).id],
        ...{ provider, requestGroupId, ready, limit },
        states: state === undefined ? undefined : [state].flat(),
        after: cursor === undefined ? null : decodeCursor(cursor, ['after']).after,
      });
      return { items: [...page.items], nextCursor: page.next === null ? null : encodeCursor({ after: page.next }) };
    },
  );
  app.get(
    '/tasks/:taskId',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readTask',
        tags: ['research'],
        summary: 'Show a task',
        description: 'Where it stands, what the provider says, why it failed.',
        params: taskParamsSchema,
        response: { 200: taskSchema },
      },
    },
    async ({ principal, params }) => (await ownedThings(ports, principal)).task(params.taskId),
  );
}

function addTaskParts(app: ApiApp, ports: ResearchRoutePorts): void {
  const schema = { tags: ['research'], params: taskParamsSchema };
  const own = async (principal: Parameters<typeof ownedThings>[1], taskId: string) =>
    (await ownedThings(ports, principal)).task(taskId);
  app.get(
    '/tasks/:taskId/polls',
    {
      config: { access: 'read' },
      schema: {
        ...schema,
        operationId: 'listPolls',
        summary: 'List the polls of a task',
        description: 'Oldest first, the last 100 at most.',
        response: { 200: pollsSchema },
      },
    },
    async ({ principal, params }) => {
      const { taskId } = await own(principal, params.taskId);
      return { items: [...(await ports.research.listPolls(taskId))] };
    },
  );
  app.get(
    '/tasks/:taskId/calls',
    {
      config: { access: 'read' },
      schema: {
        ...schema,
        operationId: 'listCalls',
        summary: 'List the paid calls of a task',
        description: 'Tokens and dollars of each call to the provider.',
        response: { 200: callsSchema },
      },
    },
    async ({ principal, params }) => {
      const { taskId } = await own(principal, params.taskId);
      return { items: [...(await ports.usage.listByTask(taskId))] };
    },
  );
  app.get(
    '/tasks/:taskId/troubles',
    {
      config: { access: 'read' },
      schema: {
        ...schema,
        operationId: 'listTroubles',
        summary: 'List the steps that a task is trying again',
        description: 'Empty when all goes well, or when it has ended.',
        response: { 200: repeatedStepsSchema },
      },
    },
    async ({ principal, params }) => {
      const { taskId } = await own(principal, params.taskId);
      // A job that is not there, or does not answer, has no troubles to tell of.
      return { items: [...(await ports.folios.repeatedSteps(taskId).catch(() => []))] };
    },
  );
  app.get(
    '/tasks/:taskId/recommendations',
    {
      config: { access: 'read' },
      schema: {
        ...schema,
        operationId: 'listRecommendations',
        summary: 'List what a task’s provider recommended',
        description: 'Validated; prices in US dollars a share.',
        response: { 200: recommendationsSchema },
      },
    },
    async ({ principal, params }) => {
      const { taskId } = await own(principal, params.taskId);
      return { items: [...(await ports.research.listRecommendations(taskId))] };
    },
  );
}

const STEPS = {
  submit: ['submitTask', 'Let a held task submit', 'Answers when the provider has the job, or the task has failed.'],
  harvest: ['harvestTask', 'Fetch and parse the results of a held task', 'Answers when the task has ended.'],
} as const;

function addSteps(app: ApiApp, ports: ResearchRoutePorts): void {
  for (const step of ['submit', 'harvest'] as const) {
    const [operationId, summary, description] = STEPS[step];
    app.post(
      `/tasks/:taskId/${step}`,
      {
        config: { access: 'trade', startsSomething: true },
        schema: {
          ...{ operationId, summary, description },
          tags: ['research'],
          params: taskParamsSchema,
          response: { 200: jobViewSchema },
        },
      },
      async ({ principal, params }) => {
        const { taskId } = await (await ownedThings(ports, principal)).task(params.taskId);
        return step === 'submit' ? ports.folios.submitJob(taskId) : ports.folios.harvestJob(taskId);
      },
    );
  }
  app.post(
    '/tasks/:taskId/poll',
    {
      config: { access: 'trade' },
      schema: {
        operationId: 'pollTask',
        tags: ['research'],
        summary: 'Ask a task’s provider now',
        description: 'Whatever the polling interval.',
        params: taskParamsSchema,
        response: { 200: jobStatusSchema },
      },
    },
    async ({ principal, params }) => {
      const { taskId } = await (await ownedThings(ports, principal)).task(params.taskId);
      return ports.folios.pollJob(taskId);
    },
  );
}

function addEnds(app: ApiApp, ports: ResearchRoutePorts): void {
  app.post(
    '/tasks/:taskId/cancel',
    {
      config: { access: 'trade' },
      schema: {
        operationId: 'cancelTask',
        tags: ['research'],
        summary: 'Cancel a task at its provider',
        description: 'The provider may still bill what it has done.',
        params: taskParamsSchema,
        body: cancelTaskSchema,
        response: { 200: jobViewSchema },
      },
    },
    async ({ principal, params, body }) => {
      const { taskId } = await (await ownedThings(ports, principal)).task(params.taskId);
      return ports.folios.cancelJob(taskId, body.reason);
    },
  );
  app.post(
    '/tasks/:taskId/execute',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'executeTask',
        tags: ['research'],
        summary: 'Turn a succeeded task’s recommendations into orders',
        description: 'The ticket’s id is the task’s: executing twice joins the same ticket. Answers with its fills.',
        params: taskParamsSchema,
        body: executeTaskSchema,
        response: { 200: settledTicketSchema },
      },
    },
    async ({ principal, params, body }) => {
      const { taskId, state } = await (await ownedThings(ports, principal)).task(params.taskId);
      if (state !== 'succeeded') {
        throw new FoliosError('TASK_STATE_CONFLICT', `task ${taskId} is ${state}; only a succeeded one is executed`);
      }
      const { initialBalanceUsd } = body;
      const ticket = await ports.folios.startTicket({
        ...{ ticketId: taskId, taskId },
        ...(initialBalanceUsd === undefined ? {} : { initialBalanceUsd }),
      });
      return await ticket.result();
    },
  );
}
