import { isDeepStrictEqual } from 'node:util';
import { FoliosError } from '../../contracts/errors.ts';
import { describeOrder } from '../../domain/orders/describe-order.ts';
import { planTicket } from '../../domain/orders/plan-ticket.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import { validateTicket } from '../../domain/orders/validate-ticket.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { resolveTradingAccount } from '../references/account-reference.ts';
import { pricesText, venueText } from '../text/venues.ts';
import { invalidTicket } from './ticket-problems.ts';
import {
  BROKER_PATIENCE,
  failureOf,
  isTaken,
  type Patience,
  renderOutcome,
  startAndFollow,
} from './ticket-progress.ts';

export interface PlaceOptions extends Confirmation {
  readonly account: string;
  readonly spec: TicketSpec;
  /** The same id again joins the ticket that is there. */
  readonly ticketId: string;
}

/**
 * Starts a ticket and waits until its orders have arrived at the broker or were refused; every order's state is told.
 * CONFIRMATION_REQUIRED, INPUT_INVALID, ORDER_INVALID, TICKET_CONFLICT; ORDER_DENIED, BROKER_REJECTED or
 * BROKER_UNAVAILABLE for an order that did not get through.
 */
export async function placeOrder(
  context: CliContext,
  options: PlaceOptions,
  view: View,
  patience: Patience = BROKER_PATIENCE,
): Promise<CommandResult> {
  const { spec, ticketId } = options;
  const account = resolveTradingAccount(await context.accounts.list(), options.account);
  requireOwnAccount(account);
  const isKnown = await isKnownTicket(context, account, options);
  if (!isKnown) {
    const problems = validateTicket(spec, { asOf: await context.marketDay(account.priceSource) });
    if (problems.length > 0) {
      const lines = problems.map(({ path, message }) => `${path}: ${message}`);
      throw invalidTicket('the ticket', lines);
    }
  }
  const planned = planTicket(ticketId, spec);
  const texts = new Map(planned.map((order) => [order.orderRef, describeOrder(order)]));
  const describe = (orderRef: string) => texts.get(orderRef) ?? orderRef;
  const venue = venueText(account, context.isIbkrSimulated);
  const prices = pricesText(
    account,
    planned.map(({ tradable }) => tradable),
  );
  const lines = [...texts.values(), ...(prices === null ? [] : [`(prices ${prices})`])];
  const question = `Place for ${account.name} (${venue}):\n${lines.map((text) => `  ${text}\n`).join('')}Go on?`;
  if (!isKnown && !(await isConfirmed(options, `placing an order for ${account.name}`, question))) {
    return { document: { placed: false, account: account.name, spec }, text: 'Not placed.' };
  }
  const input = { ticketId, accountId: account.accountId, ticket: spec };
  const seen = await startAndFollow(context.folios, input, patience);
  const failure = failureOf(seen.orders, describe);
  const table = renderOutcome(seen.orders, describe, view.width);
  const told = [
    `Ticket ${ticketId} of ${account.name}${isKnown ? ', which was placed before' : ''}`,
    ...(seen.orders.length > 0 ? [table] : []),
    ...(isTaken(seen) ? [] : [STILL_UNDER_WAY]),
  ];
  return {
    document: { placed: true, account: account.name, ...seen },
    text: told.join('\n'),
    ...(failure === null ? {} : { failure }),
  };
}

const STILL_UNDER_WAY = 'The broker has not confirmed it yet; the ticket goes on by itself: folios orders --watch';

/** The portfolios of research runs compete on equal terms: nobody trades in them by hand. */
function requireOwnAccount(account: TradingAccount): void {
  if (account.strategyId === null) return;
  const message = `${account.name} is a research account: its orders come from its strategy (folios execute --ready)`;
  throw new FoliosError('INPUT_INVALID', message, { account: account.name });
}

/** Whether this very ticket is there already. TICKET_CONFLICT if its id belongs to another. */
async function isKnownTicket(
  { journal }: CliContext,
  { accountId }: TradingAccount,
  { ticketId, spec }: PlaceOptions,
): Promise<boolean> {
  const known = await journal.findTicket(ticketId);
  if (known === null) return false;
  if (known.accountId === accountId && isDeepStrictEqual(known.spec, spec)) return true;
  throw new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} is there already and says something else`, {
    ticketId,
    accountId: known.accountId,
  });
}
