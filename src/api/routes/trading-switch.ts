import { FoliosError } from '../../contracts/errors.ts';
import {
  accountParamsSchema,
  flattenedSchema,
  flattenSchema,
  reconcileSchema,
  reconciliationsSchema,
  restrictionsSchema,
  turnSwitchSchema,
} from '../../contracts/schemas/api/accounts.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { OrderJournal } from '../../ports/order-journal.ts';
import type { TradingSwitch } from '../../ports/trading-switch.ts';
import type { Engine } from '../../service/engine.ts';
import { flattenAccount } from '../../service/flatten-account.ts';
import { BROKER_PATIENCE } from '../../service/ticket-progress.ts';
import type { ApiApp } from '../api-app.ts';
import { type OwnedThingsPorts, ownedThings } from '../owned-things.ts';

export interface SwitchRoutePorts extends OwnedThingsPorts {
  readonly tradingSwitch: TradingSwitch;
  readonly journal: Pick<OrderJournal, 'findTicket' | 'exposure'>;
  readonly folios: Engine;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** The kill switch from the strictest turn to the release, the way out of every position, and the comparison of books. */
export async function switchRoutes(app: ApiApp, ports: SwitchRoutePorts): Promise<void> {
  addReads(app, ports);
  addTurns(app, ports);
  addFlatten(app, ports);
  addReconcile(app, ports);
}

function addReads(app: ApiApp, ports: SwitchRoutePorts): void {
  app.get(
    '/trading-mode',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listRestrictions',
        tags: ['trading'],
        summary: 'List the restrictions in force',
        description: 'That for all accounts first; empty while all may trade.',
        response: { 200: restrictionsSchema },
      },
    },
    async ({ principal }) => ({ items: await ownRestrictions(ports, principal) }),
  );
}

async function ownRestrictions(ports: SwitchRoutePorts, principal: Principal) {
  const { accounts } = (await ownedThings(ports, principal)).visible;
  const all = await ports.tradingSwitch.listRestrictions();
  return all.filter(({ accountId }) => accountId === null || accounts === null || accounts.has(accountId));
}

function addTurns(app: ApiApp, ports: SwitchRoutePorts): void {
  app.put(
    '/trading-mode',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'turnSwitch',
        tags: ['trading'],
        summary: 'Pause, reduce or resume trading of all accounts',
        description: 'Durable, and asked before every order. Orders at the broker go on: cancel them, or flatten.',
        body: turnSwitchSchema,
        response: { 200: restrictionsSchema },
      },
    },
    async ({ principal, body }) => {
      await ports.tradingSwitch.set({ accountId: null, ...body, by: principal.name, at: ports.now() });
      return { items: await ownRestrictions(ports, principal) };
    },
  );
  app.put(
    '/accounts/:account/trading-mode',
    {
      config: { access: 'trade' },
      schema: {
        operationId: 'turnAccountSwitch',
        tags: ['trading'],
        summary: 'Pause, reduce or resume trading of one account',
        description: 'Of an account of your own. A stricter restriction for all accounts stays in force.',
        params: accountParamsSchema,
        body: turnSwitchSchema,
        response: { 200: restrictionsSchema },
      },
    },
    async ({ principal, params, body }) => {
      const { accountId } = await (await ownedThings(ports, principal)).account(params.account);
      await ports.tradingSwitch.set({ accountId, ...body, by: principal.name, at: ports.now() });
      return { items: await ownRestrictions(ports, principal) };
    },
  );
}

function addFlatten(app: ApiApp, ports: SwitchRoutePorts): void {
  app.post(
    '/accounts/:account/flatten',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'flattenAccount',
        tags: ['trading'],
        summary: 'Cancel all working orders and close all positions at the market',
        description: 'Every step is reported; flat is claimed only where the books are empty. May take a minute.',
        params: accountParamsSchema,
        body: flattenSchema,
        response: { 200: flattenedSchema },
      },
    },
    async ({ principal, params }) => {
      const account = await (await ownedThings(ports, principal)).account(params.account);
      if (account.strategyId !== null) {
        const message = `${account.name} is a research account: its strategy decides what it holds; pause it instead`;
        throw new FoliosError('INPUT_INVALID', message);
      }
      const { folios, journal, now } = ports;
      const context = { folios, journal, now, user: principal.name };
      const { isFlat, steps } = await flattenAccount(context, account, ports.newId, BROKER_PATIENCE);
      return {
        accountId: account.accountId,
        isFlat,
        steps: steps.map((step) => ({
          ...step,
          orders: [...step.orders],
          failure: step.failure && { ...step.failure, details: step.failure.details as Record<string, unknown> },
        })),
      };
    },
  );
}

function addReconcile(app: ApiApp, ports: SwitchRoutePorts): void {
  app.post(
    '/reconciliations',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'reconcile',
        tags: ['trading'],
        summary: 'Compare our books with the brokers’ now',
        description:
          'Of one account, or of all that are yours and take written tickets. Differences pause the account.',
        body: reconcileSchema,
        response: { 200: reconciliationsSchema },
      },
    },
    async ({ principal, body }) => {
      const things = await ownedThings(ports, principal);
      const accounts = body.account === undefined ? await things.accounts() : [await things.account(body.account)];
      const own = body.account === undefined ? accounts.filter(({ strategyId }) => strategyId === null) : accounts;
      const time = ports.now().toISOString();
      const results = await Promise.all(
        own.map(({ accountId }) =>
          ports.folios.reconcileBroker({ account: accountId }, `by-hand/${time}/${accountId}`),
        ),
      );
      return {
        reconciled: results.flatMap(({ reconciled }) => reconciled),
        failed: results.flatMap(({ failed }) => failed),
      } as never;
    },
  );
}
