import { setTimeout as delay } from 'node:timers/promises';
import { dec } from '../domain/money/decimal.ts';
import { describeOrder } from '../domain/orders/describe-order.ts';
import { type HeldPosition, quantityChanges, type WorkingOrder } from '../domain/orders/exposure.ts';
import { instrumentKey } from '../domain/orders/instrument.ts';
import { type OrderSpec, OrderType, TimeInForce } from '../domain/orders/order.ts';
import type { OrderNews } from '../domain/orders/order-news.ts';
import { OrderSide } from '../domain/orders/order-state.ts';
import type { AccountExposure, OrderJournal } from '../ports/order-journal.ts';
import type { TradingAccount } from '../ports/trading-accounts.ts';
import type { TicketDesk } from './engine.ts';
import { type CliFailure, describeFailure } from './failure.ts';
import { failureOf, type Patience, startAndFollow } from './ticket-progress.ts';

/** What flattening works with. */
export interface FlattenPorts {
  readonly folios: TicketDesk;
  readonly journal: Pick<OrderJournal, 'exposure'>;
  /** Who asks for it. */
  readonly user: string;
  readonly now: () => Date;
}

const CANCEL_REASON = 'the account is flattened';
const LOOKS_FOR_FILLS = 12;

/** One step of flattening an account: the cancels of one ticket, or the closing order of one position. */
export interface FlattenStep {
  readonly deed: 'cancel' | 'close';
  /** What was cancelled or ordered, in words. */
  readonly what: string;
  /** Null where no ticket was started. */
  readonly ticketId: string | null;
  readonly orders: readonly OrderNews[];
  readonly failure: CliFailure | null;
}

export interface FlattenedAccount {
  readonly account: TradingAccount;
  readonly steps: readonly FlattenStep[];
  /** True only where the books hold no position and no working order any more. */
  readonly isFlat: boolean;
}

/**
 * Cancels what works, waits for the broker's word, and closes what is still held then, one market order per position. A
 * position with an order still working against it is left alone and reported: two orders could both fill and turn it
 * round. Of two that flatten at once the gate lets one close. Every failure is kept with its step, and the rest goes on.
 */
export async function flattenAccount(
  context: FlattenPorts,
  account: TradingAccount,
  newId: () => string,
  patience: Patience,
): Promise<FlattenedAccount> {
  const before = await exposureOf(context, account);
  const cancels: FlattenStep[] = [];
  for (const [ticketId, orders] of byTicket(before.working)) cancels.push(await cancel(context, ticketId, orders));
  const after = await waitUntil(context, account, ({ working }) => working.length === 0, patience);
  const steps = await Promise.all(cancels.map((step) => asItEnded(context, step)));
  // One after the other: the gate counts what each closing order leaves for the next.
  for (const position of shortFirst(after.positions)) {
    steps.push(await close(context, account, position, after.working, newId(), patience));
  }
  // A market order fills within moments, or not before the market opens.
  const short = { ...patience, looks: Math.min(patience.looks, LOOKS_FOR_FILLS) };
  const isHopeless = steps.some(({ failure }) => failure !== null && failure.code !== 'ORDER_DENIED');
  const left = await waitUntil(context, account, (exposure) => isHopeless || isFlat(exposure), short);
  if (!isFlat(left)) return { account, steps, isFlat: false };
  return { account, steps: steps.map(withoutDenial), isFlat: true };
}

/** A closing order that was denied, while the account is flat, came too late: somebody else flattened it at the same time. */
function withoutDenial(step: FlattenStep): FlattenStep {
  return step.deed === 'close' && step.failure?.code === 'ORDER_DENIED' ? { ...step, failure: null } : step;
}

/** Whether the books hold no position and no working order. */
export function isFlat({ positions, working }: AccountExposure): boolean {
  return positions.length === 0 && working.length === 0;
}

/** What an account holds and has working. */
export function exposureOf(
  { journal, now }: Pick<FlattenPorts, 'journal' | 'now'>,
  { accountId }: Pick<TradingAccount, 'accountId'>,
): Promise<AccountExposure> {
  return journal.exposure(accountId, now());
}

async function cancel(
  { folios, user }: FlattenPorts,
  ticketId: string,
  orders: readonly WorkingOrder[],
): Promise<FlattenStep> {
  const orderRefs = orders.map(({ order }) => order.orderRef);
  const step = { deed: 'cancel', what: orders.map(({ order }) => describeOrder(order)).join('; '), ticketId } as const;
  try {
    const view = await folios.cancelOrders(ticketId, { orderRefs, reason: CANCEL_REASON, by: user });
    return { ...step, orders: view.orders.filter(({ orderRef }) => orderRefs.includes(orderRef)), failure: null };
  } catch (error) {
    return { ...step, orders: [], failure: describeFailure(error) };
  }
}

/** What became of the cancelled orders, as far as their ticket can be asked. */
async function asItEnded({ folios }: FlattenPorts, step: FlattenStep): Promise<FlattenStep> {
  if (step.ticketId === null || step.failure !== null) return step;
  try {
    const refs = step.orders.map(({ orderRef }) => orderRef);
    const view = await folios.ticketView(step.ticketId);
    return { ...step, orders: view.orders.filter(({ orderRef }) => refs.includes(orderRef)) };
  } catch {
    return step;
  }
}

async function waitUntil(
  context: FlattenPorts,
  account: TradingAccount,
  isDone: (exposure: AccountExposure) => boolean,
  { looks, intervalMs }: Patience,
): Promise<AccountExposure> {
  let exposure = await exposureOf(context, account);
  for (let look = 1; look < looks && !isDone(exposure); look += 1) {
    await delay(intervalMs);
    exposure = await exposureOf(context, account);
  }
  return exposure;
}

async function close(
  { folios }: FlattenPorts,
  { accountId }: TradingAccount,
  position: HeldPosition,
  working: readonly WorkingOrder[],
  ticketId: string,
  patience: Patience,
): Promise<FlattenStep> {
  const order = closingOrder(position);
  const step = { deed: 'close', what: describeOrder(order) } as const;
  const obstacle = workingAt(position, working);
  if (obstacle !== null) {
    const message = `left alone: ${obstacle} still works; cancel it, then flatten again`;
    return { ...step, ticketId: null, orders: [], failure: { code: 'ORDER_STATE_CONFLICT', message, details: {} } };
  }
  try {
    const input = { ticketId, accountId, ticket: { kind: 'single', order, reduceOnly: true } } as const;
    const { orders } = await startAndFollow(folios, input, patience);
    const refused = failureOf(orders, () => step.what);
    return { ...step, ticketId, orders, failure: refused === null ? null : describeFailure(refused) };
  } catch (error) {
    return { ...step, ticketId, orders: [], failure: describeFailure(error) };
  }
}

/** What is bought back first: the long leg of a combination covers its short one until that is gone. */
function shortFirst(positions: readonly HeldPosition[]): readonly HeldPosition[] {
  const isShort = ({ quantity }: HeldPosition) => dec(quantity).lt(0);
  return [...positions.filter(isShort), ...positions.filter((one) => !isShort(one))];
}

/** Sells what is long, buys back what is short, at the market. */
function closingOrder({ instrument, quantity }: HeldPosition): OrderSpec {
  const held = dec(quantity);
  return {
    tradable: instrument,
    side: held.gt(0) ? OrderSide.sell : OrderSide.buy,
    quantity: held.abs().toFixed(),
    type: OrderType.market,
    timeInForce: TimeInForce.day,
  };
}

function workingAt({ instrument }: HeldPosition, working: readonly WorkingOrder[]): string | null {
  const key = instrumentKey(instrument);
  const found = working.find(({ order, remainingQuantity }) => quantityChanges(order, remainingQuantity).has(key));
  return found ? found.order.orderRef : null;
}

/** Working orders by the ticket that their reference names, in the order in which they were placed. */
function byTicket(working: readonly WorkingOrder[]): ReadonlyMap<string, readonly WorkingOrder[]> {
  return Map.groupBy(working, ({ order }) => order.orderRef.slice(0, order.orderRef.lastIndexOf('/')));
}
