import type { SettledOrderTicket, SettledTicket, TicketInput } from './messages.ts';
import { executeOrderTicket } from './order-ticket.ts';
import { executePortfolioTicket } from './portfolio-ticket.ts';

/** Orders that belong together: journal → risk gate → submit → track → settle. The only way to an order. */
export async function executeTicket(input: TicketInput): Promise<SettledTicket | SettledOrderTicket> {
  const isWritten = typeof input === 'object' && input !== null && 'ticket' in input;
  return isWritten ? await executeOrderTicket(input) : await executePortfolioTicket(input);
}
