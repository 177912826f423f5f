import { FoliosError } from '../contracts/errors.ts';
import type { Principal } from '../domain/access/principal.ts';
import type { OrderJournal } from '../ports/order-journal.ts';
import type { ListedOrder, OrderListing } from '../ports/order-listing.ts';
import type { Ownership } from '../ports/ownership.ts';
import type { ResearchRepository, StrategyRecord, StrategyRepository, TaskRecord } from '../ports/repositories.ts';
import type { TradingAccount, TradingAccounts } from '../ports/trading-accounts.ts';
import type { TicketDesk } from '../service/engine.ts';
import { type Visible, visibleTo } from './visibility.ts';

/**
 * Things by their names and ids, as one principal sees them. What belongs to somebody else is answered in the same words
 * as what does not exist: RESOURCE_NOT_FOUND.
 */
export interface OwnedThings {
  readonly visible: Visible;
  strategy(reference: string, version?: number): Promise<StrategyRecord>;
  task(taskId: string): Promise<TaskRecord>;
  account(reference: string): Promise<TradingAccount>;
  /** By name. */
  accounts(): Promise<readonly TradingAccount[]>;
  order(orderId: string): Promise<ListedOrder>;
  orders(ticketId: string): Promise<readonly ListedOrder[]>;
  /** The account of a ticket that is one's own, journaled or still on its way to it. */
  ticketAccount(ticketId: string): Promise<string>;
}

export interface OwnedThingsPorts {
  readonly ownership: Ownership;
  readonly strategies: Pick<StrategyRepository, 'find'>;
  readonly research: Pick<ResearchRepository, 'findTask'>;
  readonly accounts: Pick<TradingAccounts, 'find' | 'list'>;
  readonly orders: OrderListing;
  readonly journal: Pick<OrderJournal, 'findTicket'>;
  readonly folios: Pick<TicketDesk, 'ticketView'>;
}

export async function ownedThings(ports: OwnedThingsPorts, principal: Principal): Promise<OwnedThings> {
  const visible = await visibleTo(principal, ports.ownership);
  const isOf = (ids: ReadonlySet<string> | null, id: string) => ids === null || ids.has(id);
  const isOwnAccount = (id: string) => isOf(visible.accounts, id);
  const order = async (orderId: string) => {
    const found = (await ports.orders.listOrders({ idPrefix: orderId })).find((one) => one.orderId === orderId);
    if (found && isOwnAccount(found.accountId)) return found;
    throw notThere('order', orderId);
  };
  const orders = async (ticketId: string) => {
    const found = await ports.orders.listOrders({ ticketId });
    return found.filter(({ accountId }) => isOwnAccount(accountId));
  };
  return {
    visible,
    order,
    orders,
    async strategy(reference, version) {
      const found = await ports.strategies.find(reference, version);
      if (found && isOf(visible.strategies, found.id)) return found;
      throw notThere('strategy', reference);
    },
    async task(taskId) {
      const found = await ports.research.findTask(taskId);
      if (found && isOf(visible.strategies, found.strategyId)) return found;
      throw notThere('task', taskId);
    },
    async account(reference) {
      const found = await ports.accounts.find(reference);
      if (found && isOwnAccount(found.accountId)) return found;
      throw notThere('account', reference);
    },
    async accounts() {
      return (await ports.accounts.list()).filter(({ accountId }) => isOwnAccount(accountId));
    },
    async ticketAccount(ticketId) {
      const accountId = await accountOf(ports, ticketId);
      if (accountId !== null && isOwnAccount(accountId)) return accountId;
      throw notThere('ticket', ticketId);
    },
  };
}

/** RESOURCE_NOT_FOUND, in the same words whether there is no such thing or it is somebody else's. */
export function notThere(what: string, reference: string): FoliosError {
  return new FoliosError('RESOURCE_NOT_FOUND', `you have no ${what} "${reference}"`);
}

/** A research run's ticket has no written words: its orders say whose it is. One that was just started has no rows yet. */
async function accountOf({ journal, orders, folios }: OwnedThingsPorts, ticketId: string): Promise<string | null> {
  const journaled = await journal.findTicket(ticketId);
  if (journaled) return journaled.accountId;
  const [order] = await orders.listOrders({ ticketId, limit: 1 });
  if (order) return order.accountId;
  const view = await folios.ticketView(ticketId).catch(() => null);
  return view?.accountId ?? null;
}
