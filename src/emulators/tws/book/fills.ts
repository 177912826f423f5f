import { type Dec, dec } from '../../../domain/money/decimal.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import { commissionOf } from './commissions.ts';
import { cancelOrder, resizeOrder } from './family.ts';
import { ocaEffects, ocaGroupOf } from './oca.ts';
import type { OrderStore } from './order-store.ts';
import { isBuy, type SimExecution, type SimOrder, SimStatus } from './sim-order.ts';

/** What `fillOrder` works on. */
export interface FillContext {
  readonly store: OrderStore;
  readonly quotes: QuoteBoard;
  readonly contractOf: (conId: number) => SimContract | null;
  /** Begins the execution ids of this simulator, so that no other's are the same. */
  readonly instance: string;
}

/** One contract that a fill trades. */
interface Traded {
  readonly contract: SimContract;
  readonly buy: boolean;
  readonly quantity: Dec;
  readonly price: Dec;
}

/** Trades a part of an order or its rest, tells executions, order and commissions in TWS's order, and lets its group feel it. */
export function fillOrder(context: FillContext, before: SimOrder, quantity: Dec, price: Dec): void {
  const { store } = context;
  const filled = dec(before.filled).plus(quantity);
  const averagePrice = dec(before.averagePrice).times(before.filled).plus(price.times(quantity)).div(filled);
  const executions = executionsOf(context, before, { quantity, price, filled, averagePrice });
  for (const execution of executions) store.addExecution(execution);
  const isWhole = filled.gte(before.quantity);
  const order = store.change(before.permId, {
    filled: filled.toFixed(),
    averagePrice: averagePrice.toDecimalPlaces(8).toFixed(),
    lastPrice: price.toFixed(),
    status: isWhole ? SimStatus.filled : SimStatus.submitted,
    ...(isWhole ? { endedAt: store.now(), endReason: `Filled Size: ${filled.toFixed()}` } : {}),
  });
  const { clientId } = order;
  for (const execution of executions) store.tell({ kind: 'execDetails', clientId, execution });
  store.tellOrder(order);
  for (const execution of executions) {
    if (execution.commission !== null) store.tell({ kind: 'commissionReport', clientId, execution });
  }
  for (const effect of ocaEffects(before, quantity, ocaGroupOf(order, store.live()))) {
    if (effect.quantity === null) cancelOrder(store, effect.permId, 'OCA group');
    else resizeOrder(store, effect.permId, effect.quantity);
  }
}

function executionsOf(
  context: FillContext,
  order: SimOrder,
  fill: { quantity: Dec; price: Dec; filled: Dec; averagePrice: Dec },
): SimExecution[] {
  const { store, instance } = context;
  const number = store.takeExecutionNumber().toString(16).padStart(8, '0');
  const whole: Traded = { contract: order.contract, buy: isBuy(order), quantity: fill.quantity, price: fill.price };
  return [whole, ...tradedLegs(context, order, fill.quantity)].map((traded, index): SimExecution => {
    const isSummary = traded.contract.secType === 'BAG';
    const isLeg = index > 0;
    const cost = isSummary ? null : commissionOf(traded.contract, traded.quantity, traded.price);
    return {
      execId: `${instance}.${number}.${String(index + 1).padStart(2, '0')}.01`,
      permId: order.permId,
      orderId: order.orderId,
      clientId: order.clientId,
      account: order.account,
      orderRef: order.fields.orderRef ?? '',
      contract: traded.contract,
      side: traded.buy ? 'BOT' : 'SLD',
      quantity: traded.quantity.toFixed(),
      price: traded.price.toFixed(),
      cumulativeQuantity: (isLeg ? traded.quantity.div(fill.quantity).times(fill.filled) : fill.filled).toFixed(),
      averagePrice: (isLeg ? traded.price : fill.averagePrice.toDecimalPlaces(8)).toFixed(),
      at: store.now(),
      commission: cost?.toFixed() ?? null,
      realizedPnl: cost === null ? null : profitOf(context, order.account, traded, cost),
    };
  });
}

/** The legs of a combination at their quotes: together they make its price. */
function tradedLegs({ quotes, contractOf }: FillContext, order: SimOrder, quantity: Dec): Traded[] {
  return order.contract.legs.map((leg) => {
    const contract = contractOf(leg.conId);
    const quote = contract === null ? null : quotes.quote(contract);
    if (contract === null || quote === null) throw new Error(`no price of leg ${leg.conId}`);
    const buy = (leg.action === 'BUY') === isBuy(order);
    return { contract, buy, quantity: quantity.times(leg.ratio), price: buy ? quote.ask : quote.bid };
  });
}

function profitOf({ store }: FillContext, account: string, traded: Traded, cost: Dec): string | null {
  const signed = traded.buy ? traded.quantity : traded.quantity.negated();
  const profit = store.accounts.get(account)?.profitOf(traded.contract, signed, traded.price, cost) ?? null;
  return profit === null ? null : profit.toDecimalPlaces(6).toFixed();
}
