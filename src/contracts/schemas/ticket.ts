import { z } from 'zod';
import { TICKER_PATTERN } from '../../domain/market/ticker.ts';
import { OptionRight } from '../../domain/orders/instrument.ts';
import { OrderType, TimeInForce } from '../../domain/orders/order.ts';
import { PLAIN_DECIMAL } from '../../domain/orders/order-problem.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import { MAX_BASKET_ORDERS, MAX_COMBO_LEGS, MAX_OCA_ORDERS, type TicketSpec } from '../../domain/orders/ticket.ts';

/**
 * A ticket's shape and size as it crosses a boundary. What its numbers mean (whole quantities, prices on the grid, the
 * right side of a bracket) is `validateTicket`'s, which tells all mistakes at once.
 */

const decimalSchema = z.string().regex(PLAIN_DECIMAL, 'an amount is a decimal number in a text, e.g. "2500.50"');
const symbolSchema = z.string().regex(TICKER_PATTERN, 'a symbol is 1 to 10 capital letters, digits, dots or dashes');

/** Counts before it looks at the items: ten thousand legs cost as little to refuse as nine. */
function boundedList<T extends z.ZodType>(item: T, max: number) {
  const { $schema: _, ...items } = z.toJSONSchema(item, { io: 'input' });
  // In documents the items are what they have to be.
  return z.array(z.unknown()).max(max).meta({ items }).pipe(z.array(item));
}

const stockSchema = z.strictObject({ kind: z.literal('stock'), symbol: symbolSchema });
const optionSchema = z.strictObject({
  kind: z.literal('option'),
  symbol: symbolSchema,
  expiration: z.iso.date(),
  strike: decimalSchema,
  right: z.enum(OptionRight),
  multiplier: decimalSchema,
});
const comboSchema = z.strictObject({
  kind: z.literal('combo'),
  symbol: symbolSchema,
  legs: boundedList(
    z.strictObject({
      instrument: z.discriminatedUnion('kind', [stockSchema, optionSchema]),
      side: z.enum(OrderSide),
      ratio: z.int(),
    }),
    MAX_COMBO_LEGS,
  ),
});

const pricesShape = {
  limitPrice: decimalSchema.exactOptional(),
  stopPrice: decimalSchema.exactOptional(),
  trailAmount: decimalSchema.exactOptional(),
  trailPercent: decimalSchema.exactOptional(),
};

/** What one order trades. */
export const tradableSchema = z.discriminatedUnion('kind', [stockSchema, optionSchema, comboSchema]);
export const instrumentSchema = z.discriminatedUnion('kind', [stockSchema, optionSchema]);

const orderSchema = z.strictObject({
  tradable: tradableSchema,
  side: z.enum(OrderSide),
  quantity: decimalSchema,
  type: z.enum(OrderType),
  timeInForce: z.enum(TimeInForce),
  ...pricesShape,
});
const comboOrderSchema = orderSchema.extend({ tradable: comboSchema });

const pricingSchema = z.strictObject({
  start: z.literal('mid'),
  step: decimalSchema,
  everySeconds: z.int(),
  limit: z.union([z.literal('natural'), decimalSchema]),
  atLimit: z.enum(['cancel', 'leave']),
});

export const ticketSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('single'),
    order: orderSchema,
    pricing: pricingSchema.exactOptional(),
    reduceOnly: z.boolean().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('bracket'),
    entry: orderSchema,
    takeProfit: z.strictObject({ limitPrice: decimalSchema, timeInForce: z.enum(TimeInForce) }),
    stopLoss: z.strictObject({
      type: z.enum([OrderType.stop, OrderType.stopLimit, OrderType.trailing]),
      timeInForce: z.enum(TimeInForce),
      ...pricesShape,
    }),
    pricing: pricingSchema.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('oca'), orders: boundedList(orderSchema, MAX_OCA_ORDERS) }),
  z.discriminatedUnion('execution', [
    z.strictObject({
      kind: z.literal('combo'),
      execution: z.literal('native'),
      order: comboOrderSchema,
      pricing: pricingSchema.exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('combo'),
      execution: z.literal('legs'),
      order: comboOrderSchema,
      legLimitPrices: boundedList(decimalSchema, MAX_COMBO_LEGS).exactOptional(),
    }),
  ]),
  z.strictObject({ kind: z.literal('basket'), orders: boundedList(orderSchema, MAX_BASKET_ORDERS) }),
]) satisfies z.ZodType<TicketSpec>;
