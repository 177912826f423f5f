import { type Order as IbOrder, OrderType as IbOrderType, TimeInForce as IbTimeInForce, OrderAction } from '@stoqey/ib';
import { assertNever } from '../../domain/assert-never.ts';
import { type Dec, type DecimalString, dec } from '../../domain/money/decimal.ts';
import { OrderType, type PlannedOrder, TimeInForce } from '../../domain/orders/order.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import { orderInvalid } from './failures.ts';
import { incrementAt, type PriceIncrement, Rounding, toIncrement } from './price-increments.ts';

/** A fill reduces the rest of its group in proportion, one order at a time: what is filled stays protected. */
const OCA_REDUCE_WITH_BLOCK = 2;
const NO_EXEMPTION = -1;

/** An order's place at the broker. */
export interface Placement {
  readonly orderId: number;
  /** 0 without a parent. */
  readonly parentId: number;
  readonly transmit: boolean;
  readonly account: string;
}

/**
 * The order as TWS takes it: prices on the contract's grid, and account, reference and transmit always written, since
 * what is left out means something else than people think. Throws BrokerError ORDER_INVALID with the field's name.
 */
export function orderRequest(
  order: PlannedOrder,
  increments: readonly PriceIncrement[],
  placement: Placement,
): IbOrder & { orderId: number } {
  return {
    orderId: placement.orderId,
    action: order.side === OrderSide.buy ? OrderAction.BUY : OrderAction.SELL,
    totalQuantity: wholeQuantity(order.quantity),
    ...pricing(order, increments),
    tif: order.timeInForce === TimeInForce.day ? IbTimeInForce.DAY : IbTimeInForce.GTC,
    ...(order.ocaGroup === null ? {} : { ocaGroup: order.ocaGroup, ocaType: OCA_REDUCE_WITH_BLOCK }),
    account: placement.account,
    orderRef: order.orderRef,
    parentId: placement.parentId,
    transmit: placement.transmit,
    origin: 0,
    exemptCode: NO_EXEMPTION,
    outsideRth: false,
    whatIf: false,
  };
}

/** A positive whole number of shares, contracts or combinations. */
export function wholeQuantity(quantity: DecimalString): number {
  const exact = parse(quantity, 'quantity');
  if (!exact.isInteger() || !exact.gt(0) || exact.gt(Number.MAX_SAFE_INTEGER))
    throw orderInvalid(`quantity: must be a positive whole number, is ${quantity}`);
  return exact.toNumber();
}

/** What of an order decides how its prices are written. */
export interface PriceContext {
  readonly side: OrderSide;
  /** The net price of a combination may be zero or negative. */
  readonly isCombo: boolean;
  readonly increments: readonly PriceIncrement[];
}

/** The limit price on the grid, never worse than asked. */
export function limitPrice(price: DecimalString | undefined, context: PriceContext): number {
  return priceOnGrid(price, 'limitPrice', Rounding.notWorse, context);
}

/** The trigger on the grid, to the nearest. */
export function stopPrice(price: DecimalString | undefined, context: PriceContext): number {
  return priceOnGrid(price, 'stopPrice', Rounding.nearest, context);
}

function priceOnGrid(
  price: DecimalString | undefined,
  field: string,
  rounding: Rounding,
  { side, isCombo, increments }: PriceContext,
): number {
  const rounded = onGrid(price, field, side, increments, rounding);
  if (!isCombo && !rounded.gt(0))
    throw orderInvalid(`${field}: ${price} is below the smallest price on the contract's grid`);
  return rounded.toNumber();
}

function pricing(
  order: PlannedOrder,
  increments: readonly PriceIncrement[],
): Pick<IbOrder, 'orderType' | 'lmtPrice' | 'auxPrice' | 'trailingPercent'> {
  const context = { side: order.side, isCombo: order.tradable.kind === 'combo', increments };
  switch (order.type) {
    case OrderType.market:
      return { orderType: IbOrderType.MKT };
    case OrderType.limit:
      return { orderType: IbOrderType.LMT, lmtPrice: limitPrice(order.limitPrice, context) };
    case OrderType.stop:
      return { orderType: IbOrderType.STP, auxPrice: stopPrice(order.stopPrice, context) };
    case OrderType.stopLimit:
      return {
        orderType: IbOrderType.STP_LMT,
        lmtPrice: limitPrice(order.limitPrice, context),
        auxPrice: stopPrice(order.stopPrice, context),
      };
    case OrderType.trailing:
      return { orderType: IbOrderType.TRAIL, ...trail(order, increments) };
    default:
      return assertNever(order.type);
  }
}

function trail(
  order: PlannedOrder,
  increments: readonly PriceIncrement[],
): Pick<IbOrder, 'auxPrice' | 'trailingPercent'> {
  const { trailAmount, trailPercent } = order;
  if ((trailAmount === undefined) === (trailPercent === undefined))
    throw orderInvalid('trailAmount, trailPercent: a trailing stop has exactly one of them');
  if (trailPercent !== undefined) {
    const percent = parse(trailPercent, 'trailPercent');
    if (!percent.gt(0) || percent.gte(100))
      throw orderInvalid(`trailPercent: must be between 0 and 100, is ${percent}`);
    return { trailingPercent: percent.toNumber() };
  }
  const asked = parse(trailAmount, 'trailAmount');
  const amount = onGrid(trailAmount, 'trailAmount', order.side, increments, Rounding.nearest);
  if (!asked.gt(0)) throw orderInvalid(`trailAmount: must be positive, is ${trailAmount}`);
  // An offset of less than half an increment would round to none at all: the stop would trigger at once.
  return { auxPrice: (amount.gt(0) ? amount : incrementAt(asked, increments)).toNumber() };
}

function onGrid(
  price: DecimalString | undefined,
  field: string,
  side: OrderSide,
  increments: readonly PriceIncrement[],
  rounding: Rounding,
): Dec {
  return toIncrement(parse(price, field).toFixed(), increments, side, rounding);
}

function parse(value: DecimalString | undefined, field: string): Dec {
  if (value === undefined) throw orderInvalid(`${field}: is missing`);
  try {
    return dec(value);
  } catch (cause) {
    throw orderInvalid(`${field}: not a number: ${value}`, { cause });
  }
}
