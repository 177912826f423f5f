import { isDeepStrictEqual } from 'node:util';
import { FoliosError } from '../contracts/errors.ts';
import type { TicketSpec } from '../domain/orders/ticket.ts';
import { validateTicket } from '../domain/orders/validate-ticket.ts';
import type { MarketClock } from '../ports/clock.ts';
import type { OrderJournal } from '../ports/order-journal.ts';
import type { TradingAccount } from '../ports/trading-accounts.ts';
import { invalidTicket } from './ticket-problems.ts';

export interface WrittenTicket {
  readonly ticketId: string;
  readonly spec: TicketSpec;
}

export interface CheckTicketPorts {
  readonly journal: Pick<OrderJournal, 'findTicket'>;
  readonly marketDay: MarketClock['today'];
}

/**
 * Whether a ticket may be placed for an account, before anything is started; `isKnown` where this very ticket was placed
 * before. INPUT_INVALID for a research account, ORDER_INVALID with every mistake, TICKET_CONFLICT.
 */
export async function checkTicket(
  ports: CheckTicketPorts,
  account: TradingAccount,
  ticket: WrittenTicket,
): Promise<{ readonly isKnown: boolean }> {
  requireOwnAccount(account);
  if (await isKnownTicket(ports, account, ticket)) return { isKnown: true };
  const problems = validateTicket(ticket.spec, { asOf: await ports.marketDay(account.priceSource) });
  if (problems.length === 0) return { isKnown: false };
  const lines = problems.map(({ path, message }) => `${path}: ${message}`);
  throw invalidTicket('the ticket', lines);
}

/** The portfolios of research runs compete on equal terms: nobody trades in them by hand. */
function requireOwnAccount(account: TradingAccount): void {
  if (account.strategyId === null) return;
  const message = `${account.name} is a research account: its orders come from its strategy (folios execute --ready)`;
  throw new FoliosError('INPUT_INVALID', message, { account: account.name });
}

/** Whether this very ticket is there already. TICKET_CONFLICT if its id belongs to another, of which nothing is told. */
async function isKnownTicket(
  { journal }: CheckTicketPorts,
  { accountId }: TradingAccount,
  { ticketId, spec }: WrittenTicket,
): Promise<boolean> {
  const known = await journal.findTicket(ticketId);
  if (known === null) return false;
  if (known.accountId === accountId && isDeepStrictEqual(known.spec, spec)) return true;
  throw new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} is there already and says something else`, { ticketId });
}
