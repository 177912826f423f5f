import { dec } from '../../domain/money/decimal.ts';
import { DEFAULT_RISK_LIMITS } from '../../domain/orders/risk-limits.ts';
import type { AccountExposure, Acknowledgement, OrderEventRecord, TicketRecord } from '../../ports/order-journal.ts';
import type { ListedOrder, OrderListing } from '../../ports/order-listing.ts';
import type { OrderRecord } from '../../ports/repositories.ts';
import type { TradingAccount, TradingAccounts } from '../../ports/trading-accounts.ts';
import type { CliContext } from '../context.ts';
import { prepared } from './prepared.ts';
import type { SamplePortfolio } from './sample-data.ts';

/** Orders, accounts and what is journaled of them. */
export interface FakeBooks {
  portfolios: SamplePortfolio[];
  /** Accounts for orders of one's own; the portfolios' are added to them. */
  accounts: TradingAccount[];
  /** Orders of such accounts; the portfolios' are added to them. */
  orders: ListedOrder[];
  tickets: TicketRecord[];
  events: OrderEventRecord[];
  /** By account id; empty books where there is none. */
  exposures: Map<string, AccountExposure>;
}

export function fakeOrders(world: FakeBooks): OrderListing {
  return {
    listOrders: async ({ accountId, ticketId, states, symbol, idPrefix, limit }) =>
      [...world.orders, ...world.portfolios.flatMap(({ orders }) => orders.map(researchOrder))]
        .filter((order) => accountId === undefined || order.accountId === accountId)
        .filter((order) => ticketId === undefined || order.ticketId === ticketId)
        .filter((order) => states?.includes(order.state) ?? true)
        .filter((order) => symbol === undefined || order.tradable.symbol === symbol)
        .filter(({ orderId, ticketId: ticket }) =>
          [orderId, ticket].some((id) => idPrefix === undefined || id.startsWith(idPrefix)),
        )
        .slice(0, limit),
  };
}

export function fakeJournal(world: FakeBooks): CliContext['journal'] {
  const acknowledgements = new Map<number, Acknowledgement>();
  return prepared<CliContext['journal']>('journal', {
    timeline: async (orderRef) => world.events.filter((event) => event.orderRef === orderRef),
    findTicket: async (ticketId) => world.tickets.find((ticket) => ticket.ticketId === ticketId) ?? null,
    listKept: async (accountId, limit, which = 'waiting') =>
      world.events
        .filter(({ outcome }) => outcome !== 'applied')
        .filter((event) => accountId === null || event.accountId === accountId)
        .map((event) => ({ ...event, acknowledged: acknowledgements.get(event.eventId) ?? null }))
        .filter(({ acknowledged }) => (acknowledged === null) === (which === 'waiting'))
        .slice(0, limit),
    acknowledge: async (eventId, by) => {
      const event = world.events.find((one) => one.eventId === eventId && one.outcome !== 'applied');
      if (!event) return null;
      const acknowledged = acknowledgements.get(eventId) ?? by;
      acknowledgements.set(eventId, acknowledged);
      return { ...event, acknowledged };
    },
    exposure: async (accountId) => {
      const portfolio = world.portfolios.find(({ account }) => account.accountId === accountId);
      return world.exposures.get(accountId) ?? (portfolio ? exposureOf(portfolio) : EMPTY_BOOKS);
    },
  });
}

export function fakeAccounts(world: FakeBooks): TradingAccounts {
  const list = async () => [...world.accounts, ...world.portfolios.map(({ account }) => researchAccount(account))];
  return prepared<TradingAccounts>('accounts', {
    list,
    find: async (reference) =>
      (await list()).find(({ accountId, name }) => [accountId, name].includes(reference)) ?? null,
    open: async ({ limits, brokerAccount, ...account }, createdAt) => {
      const known = world.accounts.find(({ name }) => name === account.name);
      if (known) return known;
      const accountId = `0198acc0-0000-7000-8000-${String(world.accounts.length).padStart(12, '0')}`;
      const opened: TradingAccount = {
        ...account,
        ...{ accountId, brokerAccount: brokerAccount ?? accountId, strategyId: null, createdAt },
        actionsAppliedTo: account.openedOn,
        limits: { ...DEFAULT_RISK_LIMITS, ...limits },
        gateway: account.gateway ?? null,
      };
      world.accounts.push(opened);
      return opened;
    },
  });
}

const EMPTY_BOOKS: AccountExposure = {
  cashUsd: '0',
  netLiquidationUsd: '0',
  positions: [],
  working: [],
  mode: 'normal' as const,
  recentIntents: [],
};

function exposureOf({ positions, balances }: SamplePortfolio): AccountExposure {
  const cashUsd = balances.get('cash') ?? '0';
  const held = positions.map(({ ticker, quantity, marketPrice }) => ({
    instrument: { kind: 'stock', symbol: ticker } as const,
    quantity,
    marketValueUsd: dec(quantity).times(marketPrice).toFixed(2),
    tradeId: null,
  }));
  const total = held.reduce((value, one) => value.plus(one.marketValueUsd), dec(cashUsd));
  return { ...EMPTY_BOOKS, cashUsd, netLiquidationUsd: total.toFixed(2), positions: held };
}

function researchAccount(account: SamplePortfolio['account']): TradingAccount {
  const { accountId, strategyId, strategySlug, provider, priceSource, initialBalanceUsd, openedOn, createdAt } =
    account;
  return {
    ...{ accountId, strategyId, priceSource, initialBalanceUsd, openedOn, createdAt, actionsAppliedTo: openedOn },
    gateway: null,
    ...{ name: `${strategySlug}/${provider}`, broker: 'paper', brokerAccount: accountId, limits: DEFAULT_RISK_LIMITS },
  };
}

function researchOrder({ ticker, referencePrice: _, ...order }: OrderRecord): ListedOrder {
  return {
    ...order,
    tradable: { kind: 'stock', symbol: ticker },
    ...{ role: 'single', parentRef: null, type: 'MARKET', timeInForce: 'DAY', brokerOrderId: null },
    ...{ limitPrice: null, stopPrice: null, trailAmount: null, trailPercent: null },
  };
}
