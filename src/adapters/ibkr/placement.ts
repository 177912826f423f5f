import type { Contract, Order as IbOrder } from '@stoqey/ib';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import { BrokerError, type BrokerReport } from '../../ports/broker-session.ts';
import { type SequencedOrder, sequenceOrders } from './bracket-plan.ts';
import { isAboutCancel, isWarning } from './error-codes.ts';
import { inDoubt, messageOf, notReady, orderInvalid, rejected } from './failures.ts';
import { OVER, UNDECIDED } from './known-orders.ts';
import { contractSource, type LiveSession } from './live-session.ts';
import { type AnswerWatch, type OrderAnswer, watchForAnswer } from './order-answer.ts';
import { type OrderNews, REFUSAL_FOLLOWS_MS } from './order-events.ts';
import { orderRequest } from './order-request.ts';
import { Priority } from './pacing.ts';

/** The broker's word about an order that was sent. */
export type Verdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly code: number | null; readonly message: string };

interface Message {
  readonly orderRef: string;
  readonly orderId: number;
  readonly contract: Contract;
  readonly order: IbOrder;
}

/**
 * Sends the orders of one placement and waits for the broker's word about each. BROKER_REJECTED with effect none
 * where it refused a lone order, or all of them; with effect unknown where others of the placement were taken, of which
 * those of the same bracket are being cancelled. BROKER_UNAVAILABLE with effect unknown where there was no word.
 */
export async function placeOrders(
  live: LiveSession,
  account: string,
  orders: readonly PlannedOrder[],
): Promise<readonly BrokerReport[]> {
  const sequence = sequenceOrders(orders);
  const messages = await buildMessages(live, account, sequence);
  live.assertReady();

  const reports: BrokerReport[] = [];
  const refs = new Set(messages.map(({ orderRef }) => orderRef));
  const untap = live.tap((report) => {
    if (report.kind !== 'commission' && refs.has(report.orderRef)) reports.push(report);
  });
  try {
    const answers = await sendAll(live, messages);
    const failure = judgePlacement(live, messages, answers);
    if (failure) throw failure;
    return reports;
  } finally {
    untap();
  }
}

/** Qualifies, prices and numbers the orders; the numbers are on disk before anything is sent. */
async function buildMessages(
  live: LiveSession,
  account: string,
  sequence: readonly SequencedOrder[],
): Promise<readonly Message[]> {
  const source = contractSource(live);
  const qualified = await Promise.all(sequence.map(({ order }) => live.contracts.qualify(source, order.tradable)));
  const parents = await Promise.all(sequence.map((one) => workingParent(live, one)));
  const build = (ids: readonly number[]) =>
    sequence.map(({ order, parentIndex, transmit }, index): Message => {
      const { contract, increments } = qualified[index] ?? { contract: {}, increments: [] };
      const orderId = ids[index] ?? 0;
      const parentId = (parentIndex === null ? parents[index] : ids[parentIndex]) ?? 0;
      const request = orderRequest(order, increments, { orderId, parentId, transmit, account });
      return { orderRef: order.orderRef, orderId, contract, order: request };
    });
  // What cannot be written down as an order must not use up ids.
  build([]);
  return writeDown(live, build, sequence.length);
}

/** The numbered messages, whose numbers are on disk; where they cannot be written, nothing may be sent. */
async function writeDown(
  live: LiveSession,
  build: (ids: readonly number[]) => readonly Message[],
  count: number,
): Promise<readonly Message[]> {
  try {
    const messages = build(await live.orderIds.reserve(count));
    await live.orderIdStore.save(messages.map(({ orderRef, orderId }) => ({ orderRef, orderId })));
    return messages;
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    throw notReady(`the order ids could not be written down: ${messageOf(error)}`, { cause: error });
  }
}

/** The order id of a parent that was placed before; null where the order has none or it is in this placement. */
async function workingParent(live: LiveSession, { order, parentIndex }: SequencedOrder): Promise<number | null> {
  if (order.parentRef === null || parentIndex !== null) return null;
  const known = live.known.byRef(order.parentRef);
  const orderId = known?.orderId ?? (await live.orderIdStore.find(order.parentRef));
  if (!orderId) throw orderInvalid(`${order.orderRef}: parentRef: ${order.parentRef} was never placed here`);
  return orderId;
}

/** One message after the other without anything of ours in between but cancels; ends when all answers are known. */
async function sendAll(live: LiveSession, messages: readonly Message[]): Promise<readonly OrderAnswer<Verdict>[]> {
  const sends = messages.map((message) => {
    const { orderRef, orderId } = message;
    live.known.remember({ orderRef, orderId, clientId: live.clientId, permId: null });
    const watch = watchForAnswer<Verdict>(live, orderId, judgeNews);
    const written = live.connection.send(Priority.order, (ib) => {
      live.assertReady();
      ib.placeOrder(orderId, message.contract, message.order);
      watch.sent();
    });
    return { watch, written };
  });
  const written = await Promise.allSettled(sends.map((one) => one.written));
  const lost = written.filter((one) => one.status === 'rejected');
  // Nobody answers what was not sent.
  for (const [index, { watch }] of sends.entries()) if (written[index]?.status === 'rejected') watch.stop();
  if (lost.length === messages.length) {
    throw notReady(`nothing was sent: ${messageOf(lost[0]?.reason)}`);
  }
  return answersOf(sends.map(({ watch }) => watch));
}

function answersOf(watches: readonly AnswerWatch<Verdict>[]): Promise<readonly OrderAnswer<Verdict>[]> {
  return Promise.all(watches.map(({ answer }) => answer));
}

/** What a piece of news about a sent order decides. */
export function judgeNews(news: OrderNews, later: (value: Verdict, delayMs: number) => void): Verdict | null {
  if (news.kind === 'error') {
    if (isWarning(news.code) || isAboutCancel(news.code)) return null;
    return { kind: 'refused', code: news.code, message: news.message };
  }
  const status = news.kind === 'open' ? news.state.status : news.status;
  if (UNDECIDED.has(status)) return null;
  if (status === 'Inactive' || (OVER.has(status) && status !== 'Filled')) {
    later({ kind: 'taken' }, REFUSAL_FOLLOWS_MS);
    return null;
  }
  return { kind: 'taken' };
}

/** The failure of the placement as a whole, after the rest of a bracket that lost an order was cancelled; null where all were taken. */
function judgePlacement(
  live: LiveSession,
  messages: readonly Message[],
  answers: readonly OrderAnswer<Verdict>[],
): Error | null {
  const refusals = messages.flatMap((message, index) => {
    const answer = answers[index];
    return answer?.kind === 'answered' && answer.value.kind === 'refused' ? [{ message, verdict: answer.value }] : [];
  });
  const silent = answers.find((answer) => answer.kind === 'silent');
  const refused = new Set(refusals.map(({ message }) => message));
  if (refusals.length > 0) cancelFamilies(live, messages, refused);
  const words = refusals.map(({ message, verdict }) => `${message.orderRef}: ${verdict.message}`).join('; ');
  if (silent) return inDoubt([...messages.map(({ orderRef }) => orderRef), silent.reason, words].join('; '));
  const first = refusals[0];
  if (!first) return null;
  const isWhole = refusals.length === messages.length;
  return rejected(`Interactive Brokers refused ${words}`, first.verdict.code, isWhole ? 'none' : 'unknown');
}

/** An entry without its stop must not work: whatever was sent of a bracket that lost an order is taken back. */
function cancelFamilies(live: LiveSession, messages: readonly Message[], refused: ReadonlySet<Message>): void {
  const rootOf = (message: Message): number => {
    const parent = messages.find(({ orderId }) => orderId === message.order.parentId);
    return parent ? rootOf(parent) : message.orderId;
  };
  const broken = new Set([...refused].map(rootOf));
  for (const message of messages) {
    if (refused.has(message) || !broken.has(rootOf(message))) continue;
    live.log.warn({ orderRef: message.orderRef }, 'cancelled: another order of its bracket was refused');
    live.connection
      .send(Priority.cancel, (ib) => ib.cancelOrder(message.orderId, ''))
      .catch((error: unknown) => live.log.error({ error: messageOf(error) }, 'the cancel could not be sent'));
  }
}
