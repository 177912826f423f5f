import { FoliosError } from '../../contracts/errors.ts';
import { type OrderSpec, OrderType, TimeInForce } from '../../domain/orders/order.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';

/** An order as it is typed; null where the option is absent. */
export interface OrderWords {
  readonly buy: string | null;
  readonly sell: string | null;
  readonly symbol: string | null;
  readonly limit: string | null;
  readonly stop: string | null;
  /** An amount, or a percentage such as `2%`. */
  readonly trail: string | null;
  readonly takeProfit: string | null;
  readonly stopLoss: string | null;
  readonly isGoodTillCancelled: boolean;
}

/**
 * The ticket that was typed: one order, or a bracket with both exits. A bracket's exits stand until they are cancelled
 * whatever the entry does, since a position must not lose its protection overnight. INPUT_INVALID where the words
 * contradict each other; what their numbers mean is left to `validateTicket`.
 */
export function ticketFromWords(words: OrderWords): TicketSpec {
  const order = orderFromWords(words);
  const { takeProfit, stopLoss } = words;
  if (takeProfit === null && stopLoss === null) return { kind: 'single', order };
  if (takeProfit === null || stopLoss === null) {
    throw invalid('a bracket has both --take-profit and --stop-loss; for one of them place an order by itself');
  }
  const timeInForce = TimeInForce.goodTillCancelled;
  return {
    kind: 'bracket',
    entry: order,
    takeProfit: { limitPrice: takeProfit, timeInForce },
    stopLoss: { type: OrderType.stop, stopPrice: stopLoss, timeInForce },
  };
}

function orderFromWords(words: OrderWords): OrderSpec {
  const { buy, sell, symbol } = words;
  if ((buy === null) === (sell === null)) throw invalid('say either --buy <quantity> or --sell <quantity>');
  if (symbol === null) throw invalid('say the symbol, as in: order place --account demo --buy 10 KO');
  return {
    tradable: { kind: 'stock', symbol: symbol.toUpperCase() },
    side: buy === null ? OrderSide.sell : OrderSide.buy,
    quantity: buy ?? sell ?? '',
    timeInForce: words.isGoodTillCancelled ? TimeInForce.goodTillCancelled : TimeInForce.day,
    ...pricesFromWords(words),
  };
}

function pricesFromWords({
  limit,
  stop,
  trail,
}: OrderWords): Pick<OrderSpec, 'type' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'> {
  if (trail !== null) {
    if (limit !== null || stop !== null) throw invalid('a trailing stop (--trail) has neither --limit nor --stop');
    const percent = /^(.+)%$/.exec(trail)?.[1];
    const distance = percent === undefined ? { trailAmount: trail } : { trailPercent: percent };
    return { type: OrderType.trailing, ...distance };
  }
  if (limit !== null && stop !== null) return { type: OrderType.stopLimit, stopPrice: stop, limitPrice: limit };
  if (limit !== null) return { type: OrderType.limit, limitPrice: limit };
  return stop === null ? { type: OrderType.market } : { type: OrderType.stop, stopPrice: stop };
}

function invalid(message: string): FoliosError {
  return new FoliosError('INPUT_INVALID', message);
}
