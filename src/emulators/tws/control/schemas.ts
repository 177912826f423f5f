import { z } from 'zod';
import { isMarketDate } from '../../../domain/market/market-date.ts';

const price = z.string().regex(/^-?\d{1,9}(\.\d{1,6})?$/, 'must be a decimal');
const size = z.int().min(0).max(1_000_000_000);

/** Body of `POST /_control/price`: bid, ask and last default to one another; sizes that are left out never run out. */
export const priceSchema = z
  .strictObject({
    symbol: z.string().max(10).optional(),
    conId: z.int().optional(),
    bid: price.optional(),
    ask: price.optional(),
    last: price.optional(),
    bidSize: size.optional(),
    askSize: size.optional(),
  })
  .refine((body) => (body.symbol === undefined) !== (body.conId === undefined), 'needs either symbol or conId')
  .refine((body) => body.bid ?? body.ask ?? body.last, 'needs a price');

/** Body of `POST /_control/day`. */
export const daySchema = z.strictObject({ day: z.string().refine(isMarketDate, 'must be a day as YYYY-MM-DD') });

/** Body of `POST /_control/connectivity`. */
export const connectivitySchema = z.strictObject({
  code: z.union([z.literal(1100), z.literal(1101), z.literal(1102)]),
});

/** Body of `POST /_control/connections`: what happens at once to the connections of a client, or of all. */
export const connectionsSchema = z.strictObject({
  action: z.enum(['disconnect', 'half_open']),
  clientId: z.int().optional(),
});

/** Body of `POST /_control/fills`: the next fills trade at most this much each and then wait for the next price. */
export const fillsSchema = z.strictObject({
  quantity: z.int().min(1).max(1_000_000_000),
  times: z.int().min(1).max(1000).default(1),
});

/** Body of `POST /_control/next-order-id`: the id that the next session hears, as after a gateway's restart; or how far back. */
export const nextOrderIdSchema = z.union([
  z.strictObject({ to: z.int().min(1).max(2_000_000_000) }),
  z.strictObject({ back: z.int().min(1).max(2_000_000_000) }),
]);

/** Body of `POST /_control/stray-executions`: an execution that is told although the books have none such. */
export const strayExecutionSchema = z.strictObject({
  /** Of an order of the books, whose ids it carries then, or of one that nobody knows. */
  orderRef: z.string().max(100),
  execId: z.string().min(1).max(100).optional(),
  symbol: z.string().max(10),
  action: z.enum(['BUY', 'SELL']),
  quantity: z.int().min(1).max(1_000_000_000),
  price,
});

/** Body of `POST /_control/hand-orders`: an order that a person makes at the broker. */
export const handOrderSchema = z.strictObject({
  symbol: z.string().max(10),
  conId: z.int().optional(),
  action: z.enum(['BUY', 'SELL']),
  quantity: z.int().min(1).max(1_000_000_000),
  type: z.enum(['MKT', 'LMT']).default('MKT'),
  limitPrice: price.optional(),
  account: z.string().max(20).optional(),
  timeInForce: z.enum(['DAY', 'GTC']).default('DAY'),
});

/** Body of `POST /_control/hand-cancels`. */
export const handCancelSchema = z.strictObject({ permId: z.int() });
