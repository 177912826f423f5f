import { usdString } from '../../domain/money/decimal.ts';
import { OrderState } from '../../domain/orders/order-state.ts';
import { describe, type RiskCheck } from '../../domain/orders/risk-limits.ts';
import type { OrderEventRecord } from '../../ports/order-journal.ts';
import type { ListedOrder } from '../../ports/order-listing.ts';
import type { ExecutionRecord } from '../../ports/repositories.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import { formatPrice, formatQuantity } from '../../service/text/amounts.ts';
import { orderText } from '../../service/text/order-terms.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveOrder } from '../references/order-reference.ts';
import { eventSource, eventText } from '../text/order-events.ts';
import { renderTable } from '../text/table.ts';
import { pricesText, venueText } from '../text/venues.ts';
import { wrapText } from '../text/wrap.ts';

/** One order's life: what we decided and did, what the gate and the broker said, and what was traded. */
export async function showOrder(
  context: CliContext,
  reference: string,
  options: { readonly checks: boolean },
  view: View,
): Promise<CommandResult> {
  const order = await resolveOrder(context.orders, reference);
  const { ticketId, orderId, orderRef } = order;
  const [account, events, ofTicket] = await Promise.all([
    context.accounts.find(order.accountId),
    context.journal.timeline(orderRef),
    context.portfolio.listExecutions({ ticketId }),
  ]);
  const executions = ofTicket.filter((one) => one.orderId === orderId);
  const checks = checksOf(events);
  const sections = [renderFacts(order, account, context.isIbkrSimulated, view)];
  if (order.state === OrderState.unknown) sections.push(wrapText(whatUnknownAsks(order), view.width, ''));
  sections.push(events.length > 0 ? renderTimeline(events, view) : order.taskId === null ? NO_EVENTS : NO_JOURNAL);
  if (checks.length > 0 && (options.checks || order.state === OrderState.denied)) {
    sections.push(renderChecks(checks, view));
  }
  if (executions.length > 0) sections.push(renderExecutions(executions, view));
  return {
    document: { order: { account: account?.name ?? null, ...order }, events, checks, executions },
    text: sections.join('\n\n'),
  };
}

const NO_EVENTS = 'Nothing has happened to it yet.';
const NO_JOURNAL = 'A research order: it is filled and booked in one step, so no single events of it are kept.';

function whatUnknownAsks({ orderId, orderRef }: ListedOrder): string {
  return (
    `Nobody could find out what became of this order; it counts as working until that is known. Look for ` +
    `"${orderRef}" at the broker, among open orders, completed orders and executions. Whatever the broker tells of it ` +
    `settles the matter by itself; if it is in none of the three: folios order declare-dead ${orderId}`
  );
}

function renderFacts(
  order: ListedOrder,
  account: TradingAccount | null,
  isIbkrSimulated: boolean,
  { width }: View,
): string {
  const { role, parentRef, state, stateReason, filledQuantity, quantity, averageFillPrice } = order;
  const prices = account && pricesText(account, [order.tradable]);
  const facts: [string, string][] = [
    ['order', orderText(order)],
    ['id', order.orderId],
    ['reference', order.orderRef],
    ['account', account ? `${account.name} (${venueText(account, isIbkrSimulated)})` : order.accountId],
    ...(prices === null ? [] : [['prices', prices] satisfies [string, string]]),
    ['state', stateReason === null ? state : `${state}: ${stateReason}`],
    ['filled', `${formatQuantity(filledQuantity)} of ${formatQuantity(quantity)}${average(averageFillPrice)}`],
    ['role', `${role.replace('_', ' ')}${parentRef === null ? '' : `, works after ${parentRef}`}`],
    ['broker’s id', order.brokerOrderId ?? '–'],
    ['ticket', order.ticketId],
    ...(order.taskId === null ? [] : [['task', order.taskId] satisfies [string, string]]),
    ['market day', order.marketDate],
    ['journaled', order.createdAt.toISOString()],
    ['last changed', order.updatedAt.toISOString()],
  ];
  return renderTable<[string, string]>(
    [
      { head: 'fact', cell: ([name]) => name },
      { head: 'value', cell: ([, value]) => value, shrink: 'wrap' },
    ],
    facts,
    width,
  );
}

function average(price: string | null): string {
  return price === null ? '' : ` at ${formatPrice(price)} on average`;
}

/** What was refused or fits nothing is marked: it changed nothing, and it waits for a person. */
function renderTimeline(events: readonly OrderEventRecord[], { width }: View): string {
  return renderTable<OrderEventRecord>(
    [
      { head: 'time', cell: ({ at }) => at.toISOString() },
      { head: 'who', cell: eventSource },
      { head: '', cell: ({ outcome }) => (outcome === 'applied' ? '' : '✗') },
      { head: 'what', cell: whatWithProblem, shrink: 'wrap' },
      { head: 'state after', cell: ({ state }) => state ?? '' },
    ],
    events,
    width,
  );
}

function whatWithProblem(event: OrderEventRecord): string {
  if (event.outcome === 'applied') return eventText(event);
  return `${eventText(event)} — NOT BOOKED (${event.outcome}): ${event.problem ?? 'without a reason'}`;
}

/** The gate's checks as they were journaled; of a later assessment the last. */
function checksOf(events: readonly OrderEventRecord[]): readonly RiskCheck[] {
  const gate = events.findLast(({ kind }) => kind === 'gate')?.data;
  const assessment = (gate?.assessment ?? gate) as { checks?: unknown } | undefined;
  return Array.isArray(assessment?.checks) ? assessment.checks : [];
}

function renderChecks(checks: readonly RiskCheck[], { width }: View): string {
  return renderTable<RiskCheck>(
    [
      { head: 'limit', cell: ({ limit }) => limit },
      { head: 'bound', align: 'right', cell: ({ bound }) => bound },
      { head: 'attempted', align: 'right', cell: ({ attempted }) => attempted ?? 'not known' },
      { head: 'passed', cell: ({ passed }) => (passed ? '✓' : '✗') },
      { head: 'in words', cell: (check) => (check.passed ? '' : describe(check)), shrink: 'wrap' },
    ],
    checks,
    width,
  );
}

function renderExecutions(executions: readonly ExecutionRecord[], { width }: View): string {
  return renderTable<ExecutionRecord>(
    [
      { head: 'executed at', cell: ({ executedAt }) => executedAt.toISOString() },
      { head: 'side', cell: ({ side }) => side },
      { head: 'quantity', align: 'right', cell: ({ quantity }) => formatQuantity(quantity) },
      { head: 'instrument', cell: ({ ticker }) => ticker },
      { head: 'price $', align: 'right', cell: ({ price }) => formatPrice(price) },
      { head: 'commission $', align: 'right', cell: ({ commissionUsd }) => usdString(commissionUsd) },
      { head: 'execution', cell: ({ execId }) => execId, shrink: 'cut' },
    ],
    executions,
    width,
  );
}
