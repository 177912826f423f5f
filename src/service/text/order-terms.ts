import type { DecimalString } from '../../domain/money/decimal.ts';
import { describeTradable } from '../../domain/orders/describe-order.ts';
import { type OrderSpec, OrderType, TimeInForce } from '../../domain/orders/order.ts';
import { formatPrice, formatQuantity } from './amounts.ts';

type Prices = Readonly<
  Record<'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent', DecimalString | null | undefined>
>;
/** An order as its author writes it, or as it is listed, where an absent price is null. */
export type OrderTerms = Pick<OrderSpec, 'type' | 'timeInForce'> & Partial<Prices>;

/** How an order is to trade, in the brokers' short words: `MKT`, `LMT 60.10`, `STP LMT 55.00/54.90`, `TRAIL 2 % GTC`. */
export function termsText(order: OrderTerms): string {
  const validity = order.timeInForce === TimeInForce.goodTillCancelled ? ' GTC' : '';
  return typeText(order) + validity;
}

function typeText({ type, limitPrice, stopPrice, trailAmount, trailPercent }: OrderTerms): string {
  switch (type) {
    case OrderType.market:
      return 'MKT';
    case OrderType.limit:
      // While a price walks, the order has none of its own.
      return limitPrice ? `LMT ${formatPrice(limitPrice)}` : 'LMT walking';
    case OrderType.stop:
      return `STP ${priceText(stopPrice)}`;
    case OrderType.stopLimit:
      return `STP LMT ${priceText(stopPrice)}/${priceText(limitPrice)}`;
    default:
      return trailPercent ? `TRAIL ${trailPercent} %` : `TRAIL ${priceText(trailAmount)}`;
  }
}

function priceText(price: DecimalString | null | undefined): string {
  return price ? formatPrice(price) : '–';
}

/** One order in one line: `BUY 100 KO LMT 60.10`. */
export function orderText(order: OrderTerms & Pick<OrderSpec, 'side' | 'quantity' | 'tradable'>): string {
  return `${order.side} ${formatQuantity(order.quantity)} ${describeTradable(order.tradable)} ${termsText(order)}`;
}
