import type { OpenedTicket, OrderTicketActivities } from '../../src/contracts/activities/order-ticket.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { orderTicketInputSchema } from '../../src/contracts/schemas/workflow-inputs.ts';
import { describeOrder } from '../../src/domain/orders/describe-order.ts';
import { isTerminal, OrderEvent, OrderState } from '../../src/domain/orders/order-state.ts';
import { placementsOf } from '../../src/domain/orders/plan-ticket.ts';
import type { TicketSpec } from '../../src/domain/orders/ticket.ts';
import { validateTicket } from '../../src/domain/orders/validate-ticket.ts';
import type { TicketRecord } from '../../src/ports/order-journal.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';
import { applyDueActions } from '../accounting/apply-actions.ts';
import { withFailures } from '../failures.ts';
import { parseInput } from '../input.ts';
import { gateTicket, priceTicket, pricingOf, tradingDay } from './gate.ts';
import { ordersOf, requireTicket, standOf } from './news.ts';
import type { OrderPorts } from './ports.ts';

/** The steps of a written ticket that touch only our own books. */
export function createOrderTicketActivities(ports: OrderPorts): OrderTicketActivities {
  return withFailures<OrderTicketActivities>({
    async openOrderTicket(input) {
      const { ticketId, accountId, ticket: spec, ...of } = parseInput(orderTicketInputSchema, input);
      // The legs of a combination are one position, also where it belongs to no larger trade.
      const tradeId = of.tradeId ?? (spec.kind === 'combo' ? ticketId : null);
      const account = await requireAccount(ports, accountId);
      const known = await ports.journal.findTicket(ticketId);
      if (known) return opened(ports, account, known);
      const marketDate = await tradingDay(ports, account);
      requireValid(spec, marketDate);
      if (marketDate > account.actionsAppliedTo) await applyDueActions(ports, account, marketDate);
      const priced = await priceTicket(ports, account, ticketId, spec);
      // Under the lock two tickets cannot both spend the same cash.
      const journaled = await ports.withAccount(accountId, async () => {
        const orders = await gateTicket(ports, account, priced, { spec, tradeId });
        return ports.journal.journalTicket({
          ...{ ticketId, accountId, spec, tradeId, marketDate, orders },
          at: ports.clock.now(),
        });
      });
      return opened(ports, account, journaled);
    },

    async withdrawOrders({ ticketId, orderRefs, reason, by }) {
      const ticket = await requireTicket(ports.journal, ticketId);
      const wanted = ordersOf(ticket, orderRefs).map(({ planned }) => planned.orderRef);
      // Without its entry an exit would open a position.
      const exits = ticket.orders.filter(
        ({ planned }) => planned.parentRef !== null && wanted.includes(planned.parentRef),
      );
      const all = [...new Set([...wanted, ...exits.map(({ planned }) => planned.orderRef)])];
      const news = [];
      for (const ref of all) {
        const withdrawn = await ports.journal.withdraw(ref, `${reason} (${by})`, ports.clock.now());
        if (withdrawn) news.push(withdrawn);
      }
      return news;
    },

    async loseOrders({ ticketId, orderRefs, reason }) {
      const ticket = await requireTicket(ports.journal, ticketId);
      // A report may have come meanwhile: what it told is more than that nobody knows.
      const open = ordersOf(ticket, orderRefs).filter(({ state }) => !isTerminal(state));
      return Promise.all(
        open.map(({ planned }) => ports.journal.move(planned.orderRef, OrderEvent.lose, reason, ports.clock.now())),
      );
    },

    async declareDead({ ticketId, orderRef, reason, by }) {
      const ticket = await requireTicket(ports.journal, ticketId);
      const [order] = ordersOf(ticket, [orderRef]);
      if (order?.state !== OrderState.unknown) {
        const message = `order ${orderRef} is ${order?.state}; only an order whose state is unknown is declared dead`;
        throw new FoliosError('ORDER_STATE_CONFLICT', message, { orderRef, state: order?.state });
      }
      const why = `${by} has declared it dead: ${reason}`;
      return [await ports.journal.move(orderRef, OrderEvent.cancel, why, ports.clock.now())];
    },

    async settleOrderTicket({ ticketId }) {
      const ticket = await ports.journal.settle(ticketId, ports.clock.now());
      return { ticketId, accountId: ticket.accountId, orders: standOf(ticket) };
    },
  });
}

async function requireAccount(ports: OrderPorts, accountId: string): Promise<TradingAccount> {
  const account = await ports.accounts.find(accountId);
  if (account?.strategyId) {
    const message = `account ${account.name} is traded by the runs of its research strategy alone`;
    throw new FoliosError('TICKET_CONFLICT', message, { accountId });
  }
  if (account) return account;
  throw new FoliosError('INPUT_INVALID', `accountId: no trading account has the id ${accountId}`, { accountId });
}

function requireValid(spec: TicketSpec, asOf: string): void {
  const problems = validateTicket(spec, { asOf }).map(({ path, message }) => `ticket.${path}: ${message}`);
  if (problems.length === 0) return;
  throw new FoliosError('ORDER_INVALID', `the ticket cannot be traded: ${problems.join('; ')}`, { problems });
}

function opened(ports: OrderPorts, account: TradingAccount, ticket: TicketRecord): OpenedTicket {
  const planned = ticket.orders.map((order) => order.planned);
  const pricing = pricingOf(ticket.spec);
  const walking = planned[0];
  return {
    ticketId: ticket.ticketId,
    accountId: account.accountId,
    accountName: account.name,
    venue: ports.venueOf(account),
    symbol: walking?.tradable.symbol ?? '',
    orders: standOf(ticket),
    descriptions: Object.fromEntries(planned.map((order) => [order.orderRef, describeOrder(order)])),
    placements: placementsOf(planned).map((placement) => placement.map(({ orderRef }) => orderRef)),
    walk: pricing !== null && walking ? { orderRef: walking.orderRef, pricing } : null,
  };
}
