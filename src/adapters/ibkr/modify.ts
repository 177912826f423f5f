import { type Contract, type Order as IbOrder, OrderType as IbOrderType, SecType } from '@stoqey/ib';
import type { DecimalString } from '../../domain/money/decimal.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import { isAboutCancel, isWarning } from './error-codes.ts';
import { inDoubt, messageOf, orderInvalid, rejected } from './failures.ts';
import { OVER } from './known-orders.ts';
import { contractSource, type LiveSession } from './live-session.ts';
import { watchForAnswer } from './order-answer.ts';
import type { OrderNews } from './order-events.ts';
import { limitPrice, stopPrice, wholeQuantity } from './order-request.ts';
import { Priority } from './pacing.ts';
import type { PriceIncrement } from './price-increments.ts';
import { findWorkingOrder } from './working-order.ts';

export interface OrderChange {
  readonly limitPrice?: DecimalString;
  readonly stopPrice?: DecimalString;
  readonly quantity?: DecimalString;
}

type Verdict =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly code: number | null; readonly message: string };

/**
 * Changes a working order by sending it again under its own id on the connection that showed it: after a reconnect
 * the id alone would not prove that it is still the same order, and a change that is queued during a disconnect has made
 * two live orders of one. BROKER_REJECTED (no effect) where it is over or the change is refused; BROKER_UNAVAILABLE with
 * effect unknown where the broker did not show the order changed.
 */
export async function modifyOrder(live: LiveSession, orderRef: string, change: OrderChange): Promise<void> {
  const known = await findWorkingOrder(live, orderRef);
  if (!known?.order || !known.contract) throw rejected(`${orderRef} is not working at Interactive Brokers`, null);
  const increments = await live.contracts.incrementsOf(contractSource(live), known.contract);
  const { contract, orderId } = known;
  const order = changedOrder(known.order, change, contract, increments);
  live.assertReady();

  const watch = watchForAnswer<Verdict>(live, orderId, (news) => judgeModifyNews(news, order));
  known.isBeingModified = true;
  try {
    await live.connection.send(Priority.order, (ib) => {
      live.assertReady();
      ib.placeOrder(orderId, contract, order);
      watch.sent();
    });
    const answer = await watch.answer;
    if (answer.kind === 'silent') throw inDoubt(`the change of ${orderRef}: ${answer.reason}`);
    if (answer.value.kind === 'refused')
      throw rejected(`the change of ${orderRef} was refused: ${answer.value.message}`, answer.value.code);
  } catch (error) {
    watch.stop();
    live.log.warn({ orderRef }, messageOf(error));
    throw error;
  } finally {
    known.isBeingModified = false;
  }
}

/**
 * The order as the broker showed it, with the change. Only what says what the order is goes back: the broker also
 * shows numbers that it computed, which sent back would mean something. Throws ORDER_INVALID.
 */
export function changedOrder(
  shown: IbOrder,
  change: OrderChange,
  contract: Contract,
  increments: readonly PriceIncrement[],
): IbOrder {
  const side = shown.action === 'SELL' ? OrderSide.sell : OrderSide.buy;
  const hasLimit = shown.orderType === IbOrderType.LMT || shown.orderType === IbOrderType.STP_LMT;
  const hasStop = shown.orderType === IbOrderType.STP || shown.orderType === IbOrderType.STP_LMT;
  if (change.limitPrice !== undefined && !hasLimit) throw orderInvalid(`limitPrice: a ${shown.orderType} has none`);
  if (change.stopPrice !== undefined && !hasStop) throw orderInvalid(`stopPrice: a ${shown.orderType} has none`);
  const context = { side, isCombo: contract.secType === SecType.BAG, increments };
  const isTrailing = shown.orderType === IbOrderType.TRAIL;
  const byPercent = isTrailing && shown.trailingPercent !== undefined && shown.trailingPercent > 0;
  const limitShown = hasLimit ? shown.lmtPrice : undefined;
  const auxShown = hasStop || (isTrailing && !byPercent) ? shown.auxPrice : undefined;
  return compact({
    orderId: shown.orderId,
    action: shown.action,
    orderType: shown.orderType,
    totalQuantity: change.quantity === undefined ? shown.totalQuantity : wholeQuantity(change.quantity),
    lmtPrice: change.limitPrice === undefined ? limitShown : limitPrice(change.limitPrice, context),
    auxPrice: change.stopPrice === undefined ? auxShown : stopPrice(change.stopPrice, context),
    trailingPercent: byPercent ? shown.trailingPercent : undefined,
    trailStopPrice: isTrailing ? shown.trailStopPrice : undefined,
    tif: shown.tif,
    ocaGroup: shown.ocaGroup || undefined,
    ocaType: shown.ocaGroup ? shown.ocaType : undefined,
    account: shown.account,
    orderRef: shown.orderRef,
    parentId: shown.parentId ?? 0,
    transmit: true,
    origin: 0,
    exemptCode: -1,
    outsideRth: shown.outsideRth ?? false,
    whatIf: false,
  });
}

/** The change is proven when the broker shows the order with it. */
export function judgeModifyNews(news: OrderNews, wanted: IbOrder): Verdict | null {
  if (news.kind === 'error') {
    if (isWarning(news.code) || isAboutCancel(news.code)) return null;
    return { kind: 'refused', code: news.code, message: news.message };
  }
  // An order that filled at its new price was changed first, although it is over now.
  if (news.kind === 'open' && isAsWanted(news.order, wanted)) return { kind: 'changed' };
  const status = news.kind === 'open' ? news.state.status : news.status;
  return OVER.has(status) ? { kind: 'refused', code: null, message: `it is over already: ${status}` } : null;
}

function isAsWanted(shown: IbOrder, wanted: IbOrder): boolean {
  const fields = ['lmtPrice', 'auxPrice', 'totalQuantity'] as const;
  return fields.every((field) => wanted[field] === undefined || shown[field] === wanted[field]);
}

type Loose<T> = { [Key in keyof T]: T[Key] | undefined };

/** Without the fields that are not set: the library writes an empty field for those, as it should. */
function compact(order: Loose<IbOrder> & { orderType: IbOrderType }): IbOrder {
  return Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined)) as unknown as IbOrder;
}
