import { describeOrder } from '../../domain/orders/describe-order.ts';
import { planTicket } from '../../domain/orders/plan-ticket.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import { checkTicket } from '../../service/check-ticket.ts';
import { BROKER_PATIENCE, failureOf, isTaken, type Patience, startAndFollow } from '../../service/ticket-progress.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { resolveTradingAccount } from '../references/account-reference.ts';
import { pricesText, venueText } from '../text/venues.ts';
import { renderOutcome } from './ticket-outcome.ts';

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
  const { isKnown } = await checkTicket(context, account, { ticketId, spec });
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
