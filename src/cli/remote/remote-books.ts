import { type ApiClient, answerOf, foundOf } from '../../client/api-client.ts';
import {
  accountPageSchema,
  accountSchema,
  balancesSchema,
  exposureSchema,
  openedAccountSchema,
  positionsSchema,
  profitSchema,
  researchAccountsSchema,
  restrictionsSchema,
  snapshotsSchema,
} from '../../contracts/schemas/api/accounts.ts';
import { needsSchema } from '../../contracts/schemas/api/market.ts';
import {
  executionsSchema,
  journaledTicketSchema,
  keptReportSchema,
  keptReportsSchema,
  orderPageSchema,
  timelineSchema,
} from '../../contracts/schemas/api/orders.ts';
import type { AccountExposure, TicketRecord } from '../../ports/order-journal.ts';
import type { ListedOrder, OrderListing } from '../../ports/order-listing.ts';
import type { ProfitAndLossBooks } from '../../ports/profit-and-loss.ts';
import type { PortfolioRepository } from '../../ports/repositories.ts';
import type { TradingAccount, TradingAccounts } from '../../ports/trading-accounts.ts';
import type { TradingSwitch } from '../../ports/trading-switch.ts';
import type { CliContext } from '../context.ts';
import { remotePort } from './only-here.ts';
import { readPages } from './pages.ts';

const LARGEST_PAGE = 500;

type Shown = TradingAccount & { readonly simulated: boolean };

/** The server adds whether money is real; the commands know it by themselves. */
function accountOf({ simulated: _, ...account }: Shown): TradingAccount {
  return account;
}

export function remoteAccounts(api: ApiClient): TradingAccounts {
  return {
    async list() {
      const all = await readPages(undefined, async (query) =>
        accountPageSchema.parse(await answerOf(api.GET('/api/v1/accounts', { params: { query } }))),
      );
      return all.map(accountOf);
    },
    async find(account) {
      const found = await foundOf(api.GET('/api/v1/accounts/{account}', { params: { path: { account } } }));
      return found && accountOf(accountSchema.parse(found));
    },
    async open({ name, broker, brokerAccount, priceSource, initialBalanceUsd, gateway, limits = {} }) {
      const body = {
        ...{ name, broker, priceSource },
        ...(broker === 'paper' ? { balanceUsd: initialBalanceUsd } : {}),
        ...(brokerAccount === undefined ? {} : { brokerAccount }),
        ...(gateway === undefined ? {} : { gateway }),
        // A limit that is null is one that is not checked, which is what its absence means.
        limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null)),
      };
      return accountOf(openedAccountSchema.parse(await answerOf(api.POST('/api/v1/accounts', { body }))).account);
    },
  };
}

export function remotePortfolio(api: ApiClient, orders: OrderListing): PortfolioRepository {
  const params = (account: string) => ({ params: { path: { account } } });
  return remotePort<PortfolioRepository>(
    {
      listAccounts: async () =>
        researchAccountsSchema.parse(await answerOf(api.GET('/api/v1/research-accounts'))).items,
      listPositions: async (account = '') =>
        positionsSchema.parse(await answerOf(api.GET('/api/v1/accounts/{account}/positions', params(account)))).items,
      async balances(account) {
        const answer = await answerOf(api.GET('/api/v1/accounts/{account}/balances', params(account)));
        return new Map(balancesSchema.parse(answer).items.map((one) => [one.ledgerAccount, one.balanceUsd]));
      },
      listSnapshots: async (account) =>
        snapshotsSchema.parse(await answerOf(api.GET('/api/v1/accounts/{account}/snapshots', params(account)))).items,
      async listExecutions({ ticketId }) {
        const ofTicket = ticketId === undefined ? [] : await orders.listOrders({ ticketId });
        const lists = await Promise.all(
          ofTicket.map(async ({ orderId }) =>
            executionsSchema.parse(
              await answerOf(api.GET('/api/v1/orders/{orderId}/executions', { params: { path: { orderId } } })),
            ),
          ),
        );
        return lists.flatMap(({ items }) => items);
      },
      listUnbalanced: async () => needsSchema.parse(await answerOf(api.GET('/api/v1/status'))).unbalanced,
    },
    'this part of portfolios',
  );
}

export function remoteProfitAndLoss(api: ApiClient): ProfitAndLossBooks {
  return {
    async read({ accountIds, symbol, from, to }) {
      const query = {
        ...(accountIds.length === 1 ? { account: accountIds[0] as string } : {}),
        ...(symbol === null ? {} : { symbol }),
        ...(from === null ? {} : { from }),
        ...(to === null ? {} : { to }),
        lots: 'true' as const,
      };
      const books = profitSchema.parse(await answerOf(api.GET('/api/v1/profit-and-loss', { params: { query } })));
      return {
        ...books,
        balances: new Map(
          books.balances.map(({ accountId, entries }) => [
            accountId,
            new Map(entries.map(({ ledgerAccount, balanceUsd }) => [ledgerAccount, balanceUsd])),
          ]),
        ),
      };
    },
  };
}

export function remoteOrders(api: ApiClient): OrderListing {
  return {
    async listOrders({ accountId, ticketId, states, symbol, idPrefix, limit }) {
      if (states?.length === 0) return [];
      const found = await readPages(limit, async (page) =>
        orderPageSchema.parse(
          await answerOf(
            api.GET('/api/v1/orders', {
              params: {
                query: {
                  ...page,
                  ...(accountId === undefined ? {} : { account: accountId }),
                  ...(ticketId === undefined ? {} : { ticketId }),
                  ...(states === undefined ? {} : { state: [...states] }),
                  ...(symbol === undefined ? {} : { symbol }),
                  ...(idPrefix === undefined ? {} : { idPrefix }),
                },
              },
            }),
          ),
        ),
      );
      return (found as readonly ListedOrder[]).toSorted(newestTicketFirst);
    },
  };
}

/** The orders of one ticket, which have one time, in the order of placing: `<ticket>/1`, `<ticket>/2`. */
function newestTicketFirst(a: ListedOrder, b: ListedOrder): number {
  const byTime = b.createdAt.getTime() - a.createdAt.getTime();
  if (byTime !== 0) return byTime;
  return a.ticketId === b.ticketId ? placeOf(a) - placeOf(b) : a.ticketId < b.ticketId ? -1 : 1;
}

function placeOf({ orderRef }: ListedOrder): number {
  return Number(orderRef.slice(orderRef.lastIndexOf('/') + 1)) || 0;
}

export function remoteJournal(api: ApiClient, orders: OrderListing): CliContext['journal'] {
  return {
    async timeline(orderRef) {
      const ticketId = orderRef.slice(0, orderRef.lastIndexOf('/'));
      const order = (await orders.listOrders({ ticketId })).find((one) => one.orderRef === orderRef);
      if (!order) return [];
      const params = { path: { orderId: order.orderId } };
      return timelineSchema.parse(await answerOf(api.GET('/api/v1/orders/{orderId}/events', { params }))).items;
    },
    async findTicket(ticketId) {
      const found = await foundOf(api.GET('/api/v1/tickets/{ticketId}/spec', { params: { path: { ticketId } } }));
      return found && ({ ...journaledTicketSchema.parse(found), orders: [] } as TicketRecord);
    },
    async listKept(account, limit, which = 'waiting') {
      const query = {
        limit: Math.min(limit, LARGEST_PAGE),
        ...(account === null ? {} : { account }),
        ...(which === 'waiting' ? {} : { acknowledged: 'true' as const }),
      };
      return keptReportsSchema.parse(await answerOf(api.GET('/api/v1/kept-reports', { params: { query } }))).items;
    },
    async acknowledge(eventId, { reason }) {
      const params = { path: { eventId } };
      const found = await foundOf(api.POST('/api/v1/kept-reports/{eventId}/acknowledge', { params, body: { reason } }));
      return found && keptReportSchema.parse(found);
    },
    async exposure(account) {
      const answer = await answerOf(api.GET('/api/v1/accounts/{account}/exposure', { params: { path: { account } } }));
      return { ...(exposureSchema.parse(answer) as Omit<AccountExposure, 'recentIntents'>), recentIntents: [] };
    },
  };
}

export function remoteSwitch(api: ApiClient): TradingSwitch {
  const listRestrictions = async () => restrictionsSchema.parse(await answerOf(api.GET('/api/v1/trading-mode'))).items;
  return {
    listRestrictions,
    async set({ accountId, mode, reason }) {
      const body = { mode, reason };
      if (accountId === null) await answerOf(api.PUT('/api/v1/trading-mode', { body }));
      else {
        const params = { path: { account: accountId } };
        await answerOf(api.PUT('/api/v1/accounts/{account}/trading-mode', { params, body }));
      }
    },
    async restrictionOf(accountId) {
      return (await listRestrictions()).find((one) => one.accountId === null || one.accountId === accountId) ?? null;
    },
  };
}
