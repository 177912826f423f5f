import { z } from 'zod';
import { OrderRole, OrderType, TimeInForce } from '../../../domain/orders/order.ts';
import { PLAIN_DECIMAL } from '../../../domain/orders/order-problem.ts';
import { OrderSide, OrderState } from '../../../domain/orders/order-state.ts';
import { ticketSpecSchema, tradableSchema } from '../ticket.ts';
import { pageQueryShape, pageSchema } from './page.ts';
import {
  daySchema,
  decimalSchema,
  flagQuerySchema,
  idSchema,
  reasonSchema,
  referenceSchema,
  severalOf,
  symbolQuerySchema,
  timeSchema,
} from './values.ts';

export const orderParamsSchema = z.strictObject({ orderId: idSchema });
export const ticketParamsSchema = z.strictObject({ ticketId: idSchema });

export const orderSchema = z.object({
  orderId: idSchema,
  ticketId: idSchema,
  accountId: idSchema,
  taskId: idSchema.nullable(),
  orderRef: z.string(),
  role: z.enum(OrderRole),
  parentRef: z.string().nullable(),
  tradable: tradableSchema,
  side: z.enum(OrderSide),
  quantity: decimalSchema,
  type: z.enum(OrderType),
  timeInForce: z.enum(TimeInForce),
  limitPrice: decimalSchema.nullable(),
  stopPrice: decimalSchema.nullable(),
  trailAmount: decimalSchema.nullable(),
  trailPercent: decimalSchema.nullable(),
  state: z.enum(OrderState),
  stateReason: z.string().nullable(),
  filledQuantity: decimalSchema,
  averageFillPrice: decimalSchema.nullable(),
  brokerOrderId: z.string().nullable(),
  marketDate: daySchema,
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export const orderPageSchema = pageSchema(orderSchema);
export const ordersQuerySchema = z.strictObject({
  ...pageQueryShape,
  account: referenceSchema.optional().describe('Of one account: its name or id'),
  state: severalOf(z.enum(OrderState), 11).optional(),
  symbol: symbolQuerySchema.optional(),
  ticketId: idSchema.optional(),
  idPrefix: z
    .string()
    .regex(/^[0-9a-f-]{8,36}$/, 'is no beginning of an id, 8 characters at least')
    .optional()
    .describe('How the order’s id, or its ticket’s, begins'),
});

export const orderEventSchema = z.object({
  eventId: z.int(),
  accountId: idSchema,
  orderRef: z.string().nullable(),
  kind: z.enum(['intent', 'gate', 'submission', 'status', 'execution', 'commission', 'note', 'own']),
  outcome: z.enum(['applied', 'refused', 'unmatched']),
  problem: z.string().nullable(),
  state: z.enum(OrderState).nullable(),
  data: z.record(z.string(), z.unknown()),
  at: timeSchema,
  recordedAt: timeSchema,
});
export const timelineSchema = z.object({ items: z.array(orderEventSchema) });
export const executionSchema = z.object({
  execId: z.string(),
  orderId: idSchema,
  ticker: z.string(),
  side: z.enum(OrderSide),
  quantity: decimalSchema,
  price: decimalSchema,
  commissionUsd: decimalSchema,
  executedAt: timeSchema,
});
export const executionsSchema = z.object({ items: z.array(executionSchema) });
export const executionPageSchema = pageSchema(executionSchema);

const orderNewsSchema = z.object({
  eventId: z.int(),
  orderRef: z.string(),
  state: z.enum(OrderState),
  stateReason: z.string().nullable(),
  filledQuantity: decimalSchema,
  averageFillPrice: decimalSchema.nullable(),
});
export const ticketViewSchema = z.object({
  ticketId: idSchema,
  accountId: idSchema,
  step: z.string(),
  orders: z.array(orderNewsSchema),
});
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});
/** A ticket as its workflow sees it, whether that still runs, and why it failed where it has. */
export const ticketProgressSchema = ticketViewSchema.extend({
  running: z.boolean(),
  failure: failureSchema.nullable(),
});
export const placeTicketSchema = z.strictObject({
  account: referenceSchema.describe('Whose order: the account’s name or id'),
  ticket: ticketSpecSchema.describe('One order, a bracket, an OCA group, a combination or a basket'),
  ticketId: idSchema.optional().describe('Made from the `Idempotency-Key` where it is absent, else by chance'),
});
export const placeTicketQuerySchema = z.strictObject({
  waitSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(30)
    .default(5)
    .describe('How long to wait for the broker’s word about every order'),
});
export const journaledTicketSchema = z.object({
  ticketId: idSchema,
  accountId: idSchema,
  spec: ticketSpecSchema,
  tradeId: z.string().nullable(),
  marketDate: daySchema,
  journaledAt: timeSchema,
  settledAt: timeSchema.nullable(),
});

const priceSchema = z.string().regex(PLAIN_DECIMAL, 'is no decimal number in a text, such as "2500.50"');
export const changeOrderSchema = z
  .strictObject({
    limitPrice: priceSchema.exactOptional(),
    stopPrice: priceSchema.exactOptional(),
    quantity: priceSchema.exactOptional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'say what to change: limitPrice, stopPrice or quantity');
export const cancelOrderSchema = z.strictObject({ reason: reasonSchema.default('cancelled through the API') });
export const declareDeadSchema = z.strictObject({
  reason: reasonSchema.describe('What was looked at: open orders, completed orders and executions at the broker'),
});

export const keptReportSchema = orderEventSchema.extend({
  acknowledged: z.object({ reason: z.string(), by: z.string(), at: timeSchema }).nullable(),
});
export const keptReportsSchema = z.object({ items: z.array(keptReportSchema) });
export const keptReportsQuerySchema = z.strictObject({
  account: referenceSchema.optional(),
  acknowledged: flagQuerySchema.optional().describe('Those that somebody has looked at, instead of those that wait'),
  limit: pageQueryShape.limit,
});
export const keptReportParamsSchema = z.strictObject({
  eventId: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});
export const acknowledgeSchema = z.strictObject({ reason: reasonSchema });
