import { z } from 'zod';
import { OrderRole, OrderType, TimeInForce } from '../../../domain/orders/order.ts';
import { OrderSide, OrderState } from '../../../domain/orders/order-state.ts';
import { TradingMode } from '../../../domain/orders/trading-mode.ts';
import { instrumentSchema, tradableSchema } from '../ticket.ts';
import { failureSchema } from './orders.ts';
import { pageQueryShape, pageSchema } from './page.ts';
import {
  daySchema,
  decimalSchema,
  flagQuerySchema,
  idSchema,
  providerSchema,
  reasonSchema,
  referenceSchema,
  symbolQuerySchema,
  timeSchema,
} from './values.ts';

const brokerSchema = z.enum(['paper', 'ibkr']);
const priceSourceSchema = z.enum(['replay', 'yahoo', 'fixed', 'as_traded', 'ibkr']);
const gatewaySchema = z.object({ host: z.string(), port: z.int(), clientId: z.int() });
const usdSchema = z.string().regex(/^\d{1,12}(\.\d{1,2})?$/, 'is no amount in dollars such as 2500.50');
const percentSchema = z.string().regex(/^\d{1,4}(\.\d{1,2})?$/, 'is no percentage such as 80');
const countSchema = z.int().min(1).max(10_000);

export const accountParamsSchema = z.strictObject({ account: referenceSchema.describe('Its name or id') });
export const riskLimitsSchema = z.object({
  maxPositionsPerSymbol: z.int(),
  maxPositions: z.int(),
  maxAllocationPercent: decimalSchema,
  maxOrderNotionalUsd: decimalSchema.nullable(),
  maxPortfolioDeltaUsd: decimalSchema.nullable(),
  maxPriceDeviationPercent: decimalSchema,
  isMarketHoursOnly: z.boolean(),
  isCashOnly: z.boolean(),
});
export const accountSchema = z.object({
  accountId: idSchema,
  name: z.string(),
  broker: brokerSchema,
  brokerAccount: z.string(),
  strategyId: idSchema.nullable(),
  gateway: gatewaySchema.nullable(),
  priceSource: priceSourceSchema,
  limits: riskLimitsSchema,
  initialBalanceUsd: decimalSchema,
  openedOn: daySchema,
  actionsAppliedTo: daySchema,
  createdAt: timeSchema,
  /** Whether no real money is in it: the paper broker, or our simulator in Interactive Brokers' place. */
  simulated: z.boolean(),
});
export const accountPageSchema = pageSchema(accountSchema);
/** An account of a research strategy, with the provider that decides for it. */
export const researchAccountsSchema = z.object({
  items: z.array(
    z.object({
      accountId: idSchema,
      strategyId: idSchema,
      strategySlug: z.string(),
      provider: providerSchema,
      priceSource: priceSourceSchema,
      initialBalanceUsd: decimalSchema,
      openedOn: daySchema,
      createdAt: timeSchema,
    }),
  ),
});
export const openAccountSchema = z.strictObject({
  name: z.string().min(1).max(40).describe('Small letters, digits, dots and dashes, a letter first'),
  broker: brokerSchema.default('paper'),
  balanceUsd: usdSchema.optional().describe('The cash that a paper account begins with'),
  brokerAccount: z.string().min(1).max(20).optional().describe('The number at Interactive Brokers'),
  priceSource: priceSourceSchema.optional(),
  gateway: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .max(253)
        .regex(/^[A-Za-z0-9.:-]+$/, 'is no name or address of a host'),
      port: z.int().min(1).max(65_535),
      clientId: z.int().min(0).max(2_147_483_647),
    })
    .optional()
    .describe('A TWS or IB Gateway of its own; the service’s if absent'),
  limits: z
    .strictObject({
      maxOrderNotionalUsd: usdSchema.exactOptional(),
      maxPortfolioDeltaUsd: usdSchema.exactOptional(),
      maxAllocationPercent: percentSchema.exactOptional(),
      maxPriceDeviationPercent: percentSchema.exactOptional(),
      maxPositions: countSchema.exactOptional(),
      maxPositionsPerSymbol: countSchema.exactOptional(),
    })
    .default({}),
});
export const openedAccountSchema = z.object({ opened: z.boolean(), account: accountSchema });

const plannedOrderSchema = z.object({
  tradable: tradableSchema,
  side: z.enum(OrderSide),
  quantity: decimalSchema,
  type: z.enum(OrderType),
  timeInForce: z.enum(TimeInForce),
  limitPrice: decimalSchema.exactOptional(),
  stopPrice: decimalSchema.exactOptional(),
  trailAmount: decimalSchema.exactOptional(),
  trailPercent: decimalSchema.exactOptional(),
  orderRef: z.string(),
  role: z.enum(OrderRole),
  parentRef: z.string().nullable(),
  ocaGroup: z.string().nullable(),
});
export const exposureSchema = z.object({
  mode: z.enum(TradingMode),
  cashUsd: decimalSchema,
  netLiquidationUsd: decimalSchema,
  positions: z.array(
    z.object({
      instrument: instrumentSchema,
      quantity: decimalSchema,
      marketValueUsd: decimalSchema,
      tradeId: z.string().nullable(),
    }),
  ),
  working: z.array(
    z.object({
      order: plannedOrderSchema,
      remainingQuantity: decimalSchema,
      reservedUsd: decimalSchema,
      tradeId: z.string().nullable(),
      state: z.enum(OrderState),
      marketDate: daySchema,
    }),
  ),
});

export const positionSchema = z.object({
  accountId: idSchema,
  ticker: z.string(),
  quantity: decimalSchema,
  costUsd: decimalSchema,
  marketPrice: decimalSchema,
  marketDate: daySchema,
  multiplier: decimalSchema,
});
export const positionsSchema = z.object({ items: z.array(positionSchema) });
export const balancesSchema = z.object({
  items: z.array(z.object({ ledgerAccount: z.string(), balanceUsd: decimalSchema })),
});
export const snapshotSchema = z.object({
  accountId: idSchema,
  marketDate: daySchema,
  cashUsd: decimalSchema,
  positionsUsd: decimalSchema,
  totalUsd: decimalSchema,
  takenAt: timeSchema,
});
export const snapshotsSchema = z.object({ items: z.array(snapshotSchema) });
export const accountsQuerySchema = z.strictObject({ ...pageQueryShape });

export const profitQuerySchema = z.strictObject({
  account: referenceSchema.optional().describe('One account; all of yours if absent'),
  symbol: symbolQuerySchema.optional(),
  from: daySchema.optional(),
  to: daySchema.optional(),
  lots: flagQuerySchema.optional().describe('With the lots, and the splits and dividends that were booked'),
});
const resultShape = {
  realizedUsd: decimalSchema,
  unrealizedUsd: decimalSchema,
  dividendsUsd: decimalSchema,
  commissionsUsd: decimalSchema,
};
const ofInstrument = { accountId: idSchema, instrument: z.string() };
const actionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('split'), exDate: daySchema, ratio: z.object({ to: z.number(), from: z.number() }) }),
  z.object({ kind: z.literal('dividend'), exDate: daySchema, perShareUsd: decimalSchema }),
]);
export const profitSchema = z.object({
  results: z.array(z.object({ ...ofInstrument, ...resultShape })),
  closedLots: z.array(
    z.object({
      ...ofInstrument,
      openedOn: daySchema.nullable(),
      closedOn: daySchema,
      quantity: decimalSchema,
      costUsd: decimalSchema,
      proceedsUsd: decimalSchema,
      commissionUsd: decimalSchema,
    }),
  ),
  openLots: z.array(
    z.object({
      ...ofInstrument,
      openedOn: daySchema.nullable(),
      quantity: decimalSchema,
      costUsd: decimalSchema,
      commissionUsd: decimalSchema,
      price: decimalSchema,
      multiplier: decimalSchema,
      markedOn: daySchema,
    }),
  ),
  actions: z.array(
    z.object({
      accountId: idSchema,
      symbol: z.string(),
      action: actionSchema,
      quantity: decimalSchema,
      cashUsd: decimalSchema,
    }),
  ),
  balances: z.array(
    z.object({
      accountId: idSchema,
      entries: z.array(z.object({ ledgerAccount: z.string(), balanceUsd: decimalSchema })),
    }),
  ),
});

export const restrictionSchema = z.object({
  accountId: idSchema.nullable(),
  mode: z.enum(TradingMode),
  reason: z.string(),
  by: z.string(),
  at: timeSchema,
});
export const restrictionsSchema = z.object({ items: z.array(restrictionSchema) });
export const turnSwitchSchema = z.strictObject({ mode: z.enum(TradingMode), reason: reasonSchema });

export const flattenSchema = z.strictObject({ reason: reasonSchema.default('flattened through the API') });
export const flattenedSchema = z.object({
  accountId: idSchema,
  /** True only where the books hold no position and no working order any more. */
  isFlat: z.boolean(),
  steps: z.array(
    z.object({
      deed: z.enum(['cancel', 'close']),
      what: z.string(),
      ticketId: z.string().nullable(),
      orders: z.array(
        z.object({ orderRef: z.string(), state: z.enum(OrderState), stateReason: z.string().nullable() }),
      ),
      failure: failureSchema.nullable(),
    }),
  ),
});

export const reconcileSchema = z.strictObject({ account: referenceSchema.optional() });
const differenceSchema = z.object({
  kind: z.enum(['position', 'cash', 'order_only_here', 'order_only_there']),
  what: z.string(),
  ours: z.string(),
  theirs: z.string(),
  explanation: z.string().exactOptional(),
});
export const reconciliationsSchema = z.object({
  reconciled: z.array(
    z.object({
      accountId: idSchema,
      accountName: z.string(),
      at: z.string(),
      adopted: z.array(
        z.object({
          eventId: z.int(),
          orderRef: z.string(),
          state: z.enum(OrderState),
          stateReason: z.string().nullable(),
          filledQuantity: decimalSchema,
          averageFillPrice: decimalSchema.nullable(),
        }),
      ),
      expired: z.array(z.string()),
      external: z.array(z.string()),
      differences: z.array(differenceSchema),
      profit: z
        .object({
          dailyUsd: decimalSchema.nullable(),
          unrealizedUsd: decimalSchema.nullable(),
          realizedUsd: decimalSchema.nullable(),
        })
        .nullable(),
      paused: z.boolean(),
    }),
  ),
  failed: z.array(z.object({ accountId: idSchema, name: z.string(), code: z.string(), reason: z.string() })),
});
