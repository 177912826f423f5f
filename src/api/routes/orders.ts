import {
  acknowledgeSchema,
  cancelOrderSchema,
  changeOrderSchema,
  declareDeadSchema,
  executionsSchema,
  keptReportParamsSchema,
  keptReportSchema,
  keptReportsQuerySchema,
  keptReportsSchema,
  orderPageSchema,
  orderParamsSchema,
  orderSchema,
  ordersQuerySchema,
  ticketViewSchema,
  timelineSchema,
} from '../../contracts/schemas/api/orders.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { KeptReport, OrderJournal } from '../../ports/order-journal.ts';
import type { Pages } from '../../ports/pages.ts';
import type { PortfolioRepository } from '../../ports/repositories.ts';
import type { TicketDesk } from '../../service/engine.ts';
import { checkChange, requireOpen, requireUnknown } from '../../service/order-changes.ts';
import type { ApiApp } from '../api-app.ts';
import { notThere, type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';

export interface OrderRoutePorts extends OwnedThingsPorts {
  readonly journal: Pick<OrderJournal, 'findTicket' | 'timeline' | 'listKept' | 'acknowledge'>;
  readonly portfolio: Pick<PortfolioRepository, 'listExecutions'>;
  readonly pages: Pick<Pages, 'orders'>;
  readonly folios: TicketDesk;
  readonly now: () => Date;
}

const MOST_KEPT = 10_000;

/** Orders: to look at, to change, to cancel. */
export async function orderRoutes(app: ApiApp, ports: OrderRoutePorts): Promise<void> {
  addLists(app, ports);
  addParts(app, ports);
  addChanges(app, ports);
  addKeptReports(app, ports);
}

function addLists(app: ApiApp, ports: OrderRoutePorts): void {
  app.get(
    '/orders',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listOrders',
        tags: ['orders'],
        summary: 'List orders',
        description: 'Newest first. Denied is our risk gate’s word, rejected the broker’s.',
        querystring: ordersQuerySchema,
        response: { 200: orderPageSchema },
      },
    },
    async ({ principal, query }) => {
      const things = await ownedThings(ports, principal);
      const { account, state, symbol, ticketId, idPrefix, limit, cursor } = query;
      const all = things.visible.accounts === null ? null : [...things.visible.accounts];
      const page = await ports.pages.orders({
        accountIds: account === undefined ? all : [(await things.account(account)).accountId],
        ...{ symbol, ticketId, idPrefix, limit },
        states: state === undefined ? undefined : [...new Set([state].flat())],
        after: cursor === undefined ? null : decodeCursor(cursor, ['after']).after,
      });
      return {
        items: [...page.items] as never,
        nextCursor: page.next === null ? null : encodeCursor({ after: page.next }),
      };
    },
  );
  app.get(
    '/orders/:orderId',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readOrder',
        tags: ['orders'],
        summary: 'Show an order',
        description: 'As it stands in the books.',
        params: orderParamsSchema,
        response: { 200: orderSchema },
      },
    },
    async ({ principal, params }) => (await (await ownedThings(ports, principal)).order(params.orderId)) as never,
  );
}

function addParts(app: ApiApp, ports: OrderRoutePorts): void {
  app.get(
    '/orders/:orderId/events',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listOrderEvents',
        tags: ['orders'],
        summary: 'An order’s life',
        description: 'What folios, its risk gate and the broker did and said, oldest first.',
        params: orderParamsSchema,
        response: { 200: timelineSchema },
      },
    },
    async ({ principal, params }) => {
      const { orderRef } = await (await ownedThings(ports, principal)).order(params.orderId);
      return { items: [...(await ports.journal.timeline(orderRef))] };
    },
  );
  app.get(
    '/orders/:orderId/executions',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listOrderExecutions',
        tags: ['orders'],
        summary: 'List the fills of an order',
        description: 'Oldest first.',
        params: orderParamsSchema,
        response: { 200: executionsSchema },
      },
    },
    async ({ principal, params }) => {
      const { orderId, ticketId } = await (await ownedThings(ports, principal)).order(params.orderId);
      const executions = await ports.portfolio.listExecutions({ ticketId });
      return { items: executions.filter((one) => one.orderId === orderId) };
    },
  );
}

function addChanges(app: ApiApp, ports: OrderRoutePorts): void {
  const shape = { tags: ['orders'], params: orderParamsSchema };
  const response = { 200: ticketViewSchema };
  app.patch(
    '/orders/:orderId',
    {
      config: { access: 'trade' },
      schema: {
        ...{ ...shape, response },
        operationId: 'modifyOrder',
        summary: 'Change prices or quantity of a working order, in place',
        description: 'Answers when the broker has taken the change; the risk gate is asked again.',
        body: changeOrderSchema,
      },
    },
    async ({ principal, params, body }) => {
      const order = await (await ownedThings(ports, principal)).order(params.orderId);
      checkChange(order, body);
      const { ticketId, orderRef } = order;
      return await view(ports.folios.modifyOrder(ticketId, { orderRef, ...body, by: principal.name }));
    },
  );
  app.post(
    '/orders/:orderId/cancel',
    {
      config: { access: 'trade' },
      schema: {
        ...{ ...shape, response },
        operationId: 'cancelOrder',
        summary: 'Cancel an order',
        description: 'The cancel is asked for; a fill may cross it. What counts is the state that the broker tells.',
        body: cancelOrderSchema,
      },
    },
    async ({ principal, params, body }) => {
      const order = await (await ownedThings(ports, principal)).order(params.orderId);
      requireOpen([order]);
      const cancel = { orderRefs: [order.orderRef], reason: body.reason, by: principal.name };
      return await view(ports.folios.cancelOrders(order.ticketId, cancel));
    },
  );
  app.post(
    '/orders/:orderId/declare-dead',
    {
      config: { access: 'trade' },
      schema: {
        ...{ ...shape, response },
        operationId: 'declareDead',
        summary: 'Close an UNKNOWN order that is not at the broker',
        description: 'On your word that you looked. What it fills later is booked nevertheless.',
        body: declareDeadSchema,
      },
    },
    async ({ principal, params, body }) => {
      const order = await (await ownedThings(ports, principal)).order(params.orderId);
      requireUnknown(order);
      const dead = { orderRef: order.orderRef, reason: body.reason, by: principal.name };
      return await view(ports.folios.declareDead(order.ticketId, dead));
    },
  );
}

async function view(asked: ReturnType<TicketDesk['ticketView']>) {
  const seen = await asked;
  return { ...seen, orders: [...seen.orders] };
}

function addKeptReports(app: ApiApp, ports: OrderRoutePorts): void {
  app.get(
    '/kept-reports',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listKeptReports',
        tags: ['orders'],
        summary: 'List reports of brokers that could not be booked',
        description: 'They wait for a person, newest first; or somebody has acknowledged them.',
        querystring: keptReportsQuerySchema,
        response: { 200: keptReportsSchema },
      },
    },
    async ({ principal, query }) => {
      const things = await ownedThings(ports, principal);
      const { account, acknowledged, limit } = query;
      const accountIds = account === undefined ? null : [(await things.account(account)).accountId];
      const which = acknowledged === true ? 'acknowledged' : 'waiting';
      return { items: await kept(ports, accountIds ?? things.visible.accounts, limit, which) };
    },
  );
  app.post(
    '/kept-reports/:eventId/acknowledge',
    {
      config: { access: 'trade' },
      schema: {
        operationId: 'acknowledgeReport',
        tags: ['orders'],
        summary: 'Note that you have looked at a report that could not be booked',
        description: 'Nothing else changes, and it stays in the journal; the first word stands.',
        params: keptReportParamsSchema,
        body: acknowledgeSchema,
        response: { 200: keptReportSchema },
      },
    },
    async ({ principal, params: { eventId }, body }) => {
      await requireOwnReport(ports, principal, eventId);
      const by = { reason: body.reason, by: principal.name, at: ports.now() };
      const noted = await ports.journal.acknowledge(eventId, by);
      if (!noted) throw notThere('report', String(eventId));
      return noted;
    },
  );
}

async function requireOwnReport(ports: OrderRoutePorts, principal: Principal, eventId: number): Promise<void> {
  const { accounts } = (await ownedThings(ports, principal)).visible;
  if (accounts === null) return;
  const own = await Promise.all(
    (['waiting', 'acknowledged'] as const).map((which) => kept(ports, accounts, MOST_KEPT, which)),
  );
  if (!own.flat().some((one) => one.eventId === eventId)) throw notThere('report', String(eventId));
}

async function kept(
  { journal }: OrderRoutePorts,
  accountIds: Iterable<string> | null,
  limit: number,
  which: 'waiting' | 'acknowledged',
): Promise<KeptReport[]> {
  if (accountIds === null) return [...(await journal.listKept(null, limit, which))];
  const lists = await Promise.all([...accountIds].map((accountId) => journal.listKept(accountId, limit, which)));
  return lists
    .flat()
    .sort((a, b) => b.eventId - a.eventId)
    .slice(0, limit);
}
