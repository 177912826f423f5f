import { FoliosError } from '../../contracts/errors.ts';
import {
  cancelOrderSchema,
  journaledTicketSchema,
  placeTicketQuerySchema,
  placeTicketSchema,
  ticketParamsSchema,
  ticketProgressSchema,
  ticketViewSchema,
} from '../../contracts/schemas/api/orders.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import { type CheckTicketPorts, checkTicket } from '../../service/check-ticket.ts';
import type { Started, TicketDesk } from '../../service/engine.ts';
import { describeFailure } from '../../service/failure.ts';
import { requireOpen } from '../../service/order-changes.ts';
import { followTicket, isTaken } from '../../service/ticket-progress.ts';
import type { ApiApp } from '../api-app.ts';
import { notThere, type OwnedThings, type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { startedId } from '../plugins/idempotency.ts';

export interface TicketRoutePorts extends OwnedThingsPorts, CheckTicketPorts {
  readonly folios: TicketDesk & { ticket(ticketId: string): Started<unknown> };
}

const LOOK_EVERY_MS = 250;

/** Tickets: one to a hundred orders that belong together; the only way to an order. */
export async function ticketRoutes(app: ApiApp, ports: TicketRoutePorts): Promise<void> {
  addPlace(app, ports);
  addReads(app, ports);
  addCancel(app, ports);
}

function addPlace(app: ApiApp, ports: TicketRoutePorts): void {
  app.post(
    '/tickets',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'placeTicket',
        tags: ['orders'],
        summary: 'Place orders',
        description:
          'Starts a ticket and answers how it stands after `waitSeconds`; it goes on by itself. Its id is made from the `Idempotency-Key`: the same request again can never place twice, even where the first answer is lost.',
        querystring: placeTicketQuerySchema,
        body: placeTicketSchema,
        response: { 202: ticketProgressSchema },
      },
    },
    async (request, reply) => {
      const { principal, body, query } = request;
      const account = await (await ownedThings(ports, principal)).account(body.account);
      const ticketId = body.ticketId ?? startedId(request);
      const spec = body.ticket as TicketSpec;
      const { isKnown } = await checkTicket(ports, account, { ticketId, spec });
      if (!isKnown) await requireFree(ports, ticketId, account.accountId);
      await ports.folios.startTicket({ ticketId, accountId: account.accountId, ticket: spec });
      return reply.code(202).send(await progressOf(ports, ticketId, query.waitSeconds));
    },
  );
}

/** A ticket of another account that is so young that it is not journaled yet: its workflow must not be joined. */
async function requireFree({ folios }: TicketRoutePorts, ticketId: string, accountId: string): Promise<void> {
  const view = await folios.ticketView(ticketId).catch(() => null);
  if (view === null || view.accountId === accountId) return;
  throw new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} is there already and says something else`, { ticketId });
}

function addReads(app: ApiApp, ports: TicketRoutePorts): void {
  app.get(
    '/tickets/:ticketId',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readTicket',
        tags: ['orders'],
        summary: 'Show how a ticket stands',
        description: 'What its workflow does, each order, and why it failed where it has.',
        params: ticketParamsSchema,
        response: { 200: ticketProgressSchema },
      },
    },
    async ({ principal, params: { ticketId } }) => {
      await (await ownedThings(ports, principal)).ticketAccount(ticketId);
      return await progressOf(ports, ticketId, 0);
    },
  );
  app.get(
    '/tickets/:ticketId/spec',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readTicketSpec',
        tags: ['orders'],
        summary: 'Show a ticket as it was written',
        description: 'As it was journaled; nothing of it changes afterwards.',
        params: ticketParamsSchema,
        response: { 200: journaledTicketSchema },
      },
    },
    async ({ principal, params: { ticketId } }) => {
      await (await ownedThings(ports, principal)).ticketAccount(ticketId);
      const ticket = await ports.journal.findTicket(ticketId);
      if (!ticket) throw notThere('ticket', ticketId);
      return ticket as never;
    },
  );
}

function addCancel(app: ApiApp, ports: TicketRoutePorts): void {
  app.post(
    '/tickets/:ticketId/cancel',
    {
      config: { access: 'trade' },
      schema: {
        operationId: 'cancelTicket',
        tags: ['orders'],
        summary: 'Cancel all orders of a ticket',
        description: 'Those that are over stay as they are.',
        params: ticketParamsSchema,
        body: cancelOrderSchema,
        response: { 200: ticketViewSchema },
      },
    },
    async ({ principal, params: { ticketId }, body }) => {
      const orders = await requireOrders(await ownedThings(ports, principal), ticketId);
      requireOpen(orders);
      const cancel = { orderRefs: null, reason: body.reason, by: principal.name };
      const view = await ports.folios.cancelOrders(ticketId, cancel);
      return { ...view, orders: [...view.orders] };
    },
  );
}

async function requireOrders(things: OwnedThings, ticketId: string) {
  const orders = await things.orders(ticketId);
  if (orders.length === 0) throw notThere('ticket', ticketId);
  return orders;
}

async function progressOf({ folios }: TicketRoutePorts, ticketId: string, waitSeconds: number) {
  const ticket = folios.ticket(ticketId);
  const isRunning = async () => (await ticket.describe()).status.name === 'RUNNING';
  const patience = { looks: 1 + (waitSeconds * 1000) / LOOK_EVERY_MS, intervalMs: LOOK_EVERY_MS };
  const isDone = async (one: Parameters<typeof isTaken>[0]) => isTaken(one) || !(await isRunning());
  const view = await followTicket(folios, ticketId, isDone, patience);
  const running = await isRunning();
  const failure = running ? null : await ticket.result().then(() => null, describeFailure);
  const details = (failure?.details ?? {}) as Record<string, unknown>;
  const last = running ? view : await folios.ticketView(ticketId);
  return { ...last, orders: [...last.orders], running, failure: failure === null ? null : { ...failure, details } };
}
