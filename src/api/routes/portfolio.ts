import { z } from 'zod';
import { FoliosError } from '../../contracts/errors.ts';
import {
  accountParamsSchema,
  balancesSchema,
  positionsSchema,
  profitQuerySchema,
  profitSchema,
  snapshotsSchema,
} from '../../contracts/schemas/api/accounts.ts';
import { executionPageSchema } from '../../contracts/schemas/api/orders.ts';
import { pageQueryShape } from '../../contracts/schemas/api/page.ts';
import type { Pages } from '../../ports/pages.ts';
import type { ProfitAndLossBooks } from '../../ports/profit-and-loss.ts';
import type { PortfolioRepository } from '../../ports/repositories.ts';
import type { ApiApp } from '../api-app.ts';
import { type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';

export interface PortfolioRoutePorts extends OwnedThingsPorts {
  readonly portfolio: Pick<PortfolioRepository, 'listPositions' | 'balances' | 'listSnapshots'>;
  readonly profitAndLoss: ProfitAndLossBooks;
  readonly pages: Pick<Pages, 'executions'>;
}

/** What accounts hold and what came of it. */
export async function portfolioRoutes(app: ApiApp, ports: PortfolioRoutePorts): Promise<void> {
  addBooks(app, ports);
  addExecutions(app, ports);
  addProfit(app, ports);
}

function addBooks(app: ApiApp, ports: PortfolioRoutePorts): void {
  const shape = { tags: ['accounts'], params: accountParamsSchema };
  app.get(
    '/accounts/:account/positions',
    {
      config: { access: 'read' },
      schema: {
        ...shape,
        operationId: 'listPositions',
        summary: 'List an account’s open positions',
        description: 'At their last marks.',
        response: { 200: positionsSchema },
      },
    },
    async ({ principal, params }) => {
      const { accountId } = await (await ownedThings(ports, principal)).account(params.account);
      return { items: [...(await ports.portfolio.listPositions(accountId))] };
    },
  );
  app.get(
    '/accounts/:account/balances',
    {
      config: { access: 'read' },
      schema: {
        ...shape,
        operationId: 'listBalances',
        summary: 'List the balances of an account’s ledger',
        description: 'Signed sums of its entries; together they are zero.',
        response: { 200: balancesSchema },
      },
    },
    async ({ principal, params }) => {
      const { accountId } = await (await ownedThings(ports, principal)).account(params.account);
      const balances = await ports.portfolio.balances(accountId);
      return { items: [...balances].map(([ledgerAccount, balanceUsd]) => ({ ledgerAccount, balanceUsd })) };
    },
  );
  app.get(
    '/accounts/:account/snapshots',
    {
      config: { access: 'read' },
      schema: {
        ...shape,
        operationId: 'listSnapshots',
        summary: 'An account’s equity curve',
        description: 'One snapshot a day, oldest first.',
        response: { 200: snapshotsSchema },
      },
    },
    async ({ principal, params }) => {
      const { accountId } = await (await ownedThings(ports, principal)).account(params.account);
      return { items: [...(await ports.portfolio.listSnapshots(accountId))] };
    },
  );
}

function addExecutions(app: ApiApp, ports: PortfolioRoutePorts): void {
  app.get(
    '/accounts/:account/executions',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listExecutions',
        tags: ['accounts'],
        summary: 'List an account’s fills',
        description: 'Newest first.',
        params: accountParamsSchema,
        querystring: z.strictObject(pageQueryShape),
        response: { 200: executionPageSchema },
      },
    },
    async ({ principal, params, query: { limit, cursor } }) => {
      const { accountId } = await (await ownedThings(ports, principal)).account(params.account);
      const after = cursor === undefined ? null : decodeCursor(cursor, ['after']).after;
      const page = await ports.pages.executions({ accountId, limit, after });
      return { items: [...page.items], nextCursor: page.next === null ? null : encodeCursor({ after: page.next }) };
    },
  );
}

function addProfit(app: ApiApp, ports: PortfolioRoutePorts): void {
  app.get(
    '/profit-and-loss',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readProfitAndLoss',
        tags: ['accounts'],
        summary: 'What trading came to',
        description:
          'By account and instrument: realised, unrealised at the last marks, dividends, commissions; with `lots` the lots. Every figure is a sum of ledger entries.',
        querystring: profitQuerySchema,
        response: { 200: profitSchema },
      },
    },
    async ({ principal, query }) => {
      const { account, symbol = null, from = null, to = null, lots = false } = query;
      if (from !== null && to !== null && from > to) {
        throw new FoliosError('INPUT_INVALID', `from ${from} is after to ${to}`);
      }
      const things = await ownedThings(ports, principal);
      const accounts = account === undefined ? await things.accounts() : [await things.account(account)];
      const accountIds = accounts.map(({ accountId }) => accountId);
      const books = await ports.profitAndLoss.read({ accountIds, symbol, from, to });
      return {
        results: [...books.results],
        closedLots: lots ? [...books.closedLots] : [],
        openLots: lots ? [...books.openLots] : [],
        actions: lots ? [...books.actions] : [],
        balances: [...books.balances].map(([accountId, balances]) => ({
          accountId,
          entries: [...balances].map(([ledgerAccount, balanceUsd]) => ({
            ledgerAccount,
            balanceUsd: String(balanceUsd),
          })),
        })),
      };
    },
  );
}
