import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, answerOf } from '../../client/api-client.ts';
import type { SettledTicket } from '../../contracts/activities/ticket.ts';
import { ERRORS, type ErrorCode, FoliosError } from '../../contracts/errors.ts';
import { reconciliationsSchema } from '../../contracts/schemas/api/accounts.ts';
import { advancedClockSchema } from '../../contracts/schemas/api/market.ts';
import { ticketProgressSchema, ticketViewSchema } from '../../contracts/schemas/api/orders.ts';
import {
  jobStatusSchema,
  jobViewSchema,
  repeatedStepsSchema,
  runSchema,
  settledTicketSchema,
} from '../../contracts/schemas/api/research.ts';
import type { ExecuteTicketInput, OrderTicketInput, TicketInput } from '../../contracts/schemas/workflow-inputs.ts';
import type { OrderListing } from '../../ports/order-listing.ts';
import type { Engine, Started } from '../../service/engine.ts';

const LOOK_EVERY_MS = 500;

/** The engine of a server; each start carries a key, so that a lost answer never means a second start. */
export function remoteEngine(api: ApiClient, orders: OrderListing): Engine {
  return { ...remoteTickets(api, orders), ...remoteJobs(api), ...remoteMarket(api) };
}

function keyed() {
  return { header: { 'idempotency-key': randomUUID() } };
}

function remoteJobs(api: ApiClient) {
  const params = (taskId: string) => ({ params: { path: { taskId } } });
  return {
    async startResearchRun({ strategyId, requestGroupId, providers, hold, force }) {
      const body = {
        ...{ strategy: strategyId, requestGroupId, hold: hold ?? false, force: force ?? false },
        ...(providers === undefined ? {} : { providers }),
      };
      const run = runSchema.parse(await answerOf(api.POST('/api/v1/runs', { params: keyed(), body })));
      return { run, handle: { result: () => ended(api, requestGroupId) } };
    },
    submitJob: async (taskId) =>
      jobViewSchema.parse(await answerOf(api.POST('/api/v1/tasks/{taskId}/submit', params(taskId)))),
    pollJob: async (taskId) =>
      jobStatusSchema.parse(await answerOf(api.POST('/api/v1/tasks/{taskId}/poll', params(taskId)))),
    harvestJob: async (taskId) =>
      jobViewSchema.parse(await answerOf(api.POST('/api/v1/tasks/{taskId}/harvest', params(taskId)))),
    cancelJob: async (taskId, reason) =>
      jobViewSchema.parse(
        await answerOf(api.POST('/api/v1/tasks/{taskId}/cancel', { ...params(taskId), body: { reason } })),
      ),
    repeatedSteps: async (taskId) =>
      repeatedStepsSchema.parse(await answerOf(api.GET('/api/v1/tasks/{taskId}/troubles', params(taskId)))).items,
  } satisfies Partial<Engine>;
}

/** Until no task of the run is under way. */
async function ended(api: ApiClient, requestGroupId: string): Promise<void> {
  for (;;) {
    const query = { requestGroupId, state: ['pending', 'running', 'awaiting_results'] as const };
    const open = await answerOf(api.GET('/api/v1/tasks', { params: { query: { ...query, state: [...query.state] } } }));
    if (open.items.length === 0) return;
    await delay(LOOK_EVERY_MS);
  }
}

function remoteMarket(api: ApiClient) {
  return {
    async reconcileBroker({ account }) {
      const body = account === undefined ? {} : { account };
      return reconciliationsSchema.parse(await answerOf(api.POST('/api/v1/reconciliations', { body })));
    },
    async startSnapshot(_input, to) {
      // Moving the clock to the day where it stands marks every portfolio there.
      const answer = await answerOf(api.POST('/api/v1/market/clock/advance', { params: keyed(), body: { to } }));
      return { result: async () => advancedClockSchema.parse(answer).snapshots };
    },
  } satisfies Partial<Engine>;
}

function remoteTickets(api: ApiClient, orders: OrderListing) {
  const path = (ticketId: string) => ({ params: { path: { ticketId } } });
  const progress = async (ticketId: string) =>
    ticketProgressSchema.parse(await answerOf(api.GET('/api/v1/tickets/{ticketId}', path(ticketId))));
  const orderPath = async (ticketId: string, orderRef: string) => {
    const order = (await orders.listOrders({ ticketId })).find((one) => one.orderRef === orderRef);
    if (order) return { params: { path: { orderId: order.orderId } } };
    throw new FoliosError('ORDER_NOT_FOUND', `no order has the reference ${orderRef}`);
  };
  function startTicket(input: ExecuteTicketInput): Promise<Started<SettledTicket>>;
  function startTicket(input: OrderTicketInput): ReturnType<Engine['startTicket']> & Promise<Started<never>>;
  async function startTicket(input: TicketInput): Promise<Started<unknown>> {
    if ('taskId' in input) return executed(api, input);
    const { ticketId, accountId, ticket } = input;
    const body = { account: accountId, ticket: ticket as never, ticketId };
    await answerOf(api.POST('/api/v1/tickets', { params: { ...keyed(), query: { waitSeconds: 0 } }, body }));
    return {
      describe: async () => ({ status: { name: (await progress(ticketId)).running ? 'RUNNING' : 'ENDED' } }),
      async result() {
        const { failure } = await progress(ticketId);
        if (failure !== null) throw failureOf(failure);
      },
    };
  }
  return {
    startTicket: startTicket as Engine['startTicket'],
    ticketView: progress,
    async cancelOrders(ticketId, { orderRefs, reason }) {
      const body = { reason };
      if (orderRefs === null) {
        const answer = await answerOf(api.POST('/api/v1/tickets/{ticketId}/cancel', { ...path(ticketId), body }));
        return ticketViewSchema.parse(answer);
      }
      for (const orderRef of orderRefs) {
        await answerOf(api.POST('/api/v1/orders/{orderId}/cancel', { ...(await orderPath(ticketId, orderRef)), body }));
      }
      return progress(ticketId);
    },
    async modifyOrder(ticketId, { orderRef, by: _, ...body }) {
      const answer = api.PATCH('/api/v1/orders/{orderId}', { ...(await orderPath(ticketId, orderRef)), body });
      return ticketViewSchema.parse(await answerOf(answer));
    },
    async declareDead(ticketId, { orderRef, reason }) {
      const params = await orderPath(ticketId, orderRef);
      const answer = api.POST('/api/v1/orders/{orderId}/declare-dead', { ...params, body: { reason } });
      return ticketViewSchema.parse(await answerOf(answer));
    },
  } satisfies Partial<Engine>;
}

/** Executing answers with its end. */
function executed(api: ApiClient, { taskId, initialBalanceUsd }: ExecuteTicketInput): Started<SettledTicket> {
  const params = { path: { taskId }, ...keyed() };
  const body = initialBalanceUsd === undefined ? {} : { initialBalanceUsd };
  const answer = answerOf(api.POST('/api/v1/tasks/{taskId}/execute', { params, body }));
  // Looked at by `result`; until then its failure is nobody's.
  answer.catch(() => undefined);
  return {
    describe: async () => ({ status: { name: 'RUNNING' } }),
    result: async () => settledTicketSchema.parse(await answer),
  };
}

function failureOf({ code, message, details }: { code: string; message: string; details: object }): FoliosError {
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'INTERNAL';
  return new FoliosError(known, message, { ...details });
}
