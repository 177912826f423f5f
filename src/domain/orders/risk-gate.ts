import { Dec, type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';
import {
  type HeldPosition,
  intentKey,
  isReducing,
  multiplierOf,
  positionsAfter,
  type WorkingOrder,
} from './exposure.ts';
import type { PlannedOrder } from './order.ts';
import { OrderSide } from './order-state.ts';
import { type RiskCheck, RiskLimit, type RiskLimits } from './risk-limits.ts';
import { allows, type TradingMode } from './trading-mode.ts';

/** The account and the market as they are when an order is assessed; all amounts in US dollars. */
export interface RiskFacts {
  readonly mode: TradingMode;
  readonly cashUsd: DecimalString;
  readonly buyingPowerUsd: DecimalString;
  readonly netLiquidationUsd: DecimalString;
  readonly positions: readonly HeldPosition[];
  readonly working: readonly WorkingOrder[];
  /** Orders of late, over or not, within the time in which the same intent again is taken for a mistake. */
  readonly recentIntents: readonly { readonly orderRef: string; readonly intentKey: string }[];
  /** The last price of what the order trades, of a combination its net price; null without one. */
  readonly quote: DecimalString | null;
  readonly isMarketOpen: boolean;
  /** The trade that the order belongs to; null for none. */
  readonly tradeId: string | null;
  /** The broker's initial margin for the order where it was asked; null for none, then the notional counts. */
  readonly marginUsd: DecimalString | null;
  readonly commissionUsd: DecimalString;
  /** Before the order, as it would meet it at worst; null if unknown. */
  readonly portfolioDeltaUsd: DecimalString | null;
  /** By how many dollars' worth of the underlying one unit bought changes the portfolio's delta; null if unknown. */
  readonly deltaUsdPerUnit: DecimalString | null;
}

/** The gate's answer, to be journaled before the order is submitted. */
export interface RiskAssessment {
  readonly allowed: boolean;
  readonly reduces: boolean;
  readonly checks: readonly RiskCheck[];
}

/**
 * Holds an order against every limit. An order that only reduces positions is allowed wherever the mode allows it: no
 * limit may keep somebody in a position. What cannot be known does not pass. An order whose price walks is assessed with
 * the walk's limit as its limit price.
 */
export function assessOrder(order: PlannedOrder, facts: RiskFacts, limits: RiskLimits): RiskAssessment {
  const reduces = isReducing(order, facts.positions, facts.working);
  const mode = checkMode(facts.mode, reduces);
  const checks = reduces ? [mode] : [mode, ...checksOfOpening(order, facts, limits)];
  return { allowed: checks.every((check) => check.passed), reduces, checks };
}

function checkMode(mode: TradingMode, reduces: boolean): RiskCheck {
  return {
    limit: RiskLimit.tradingMode,
    bound: mode,
    attempted: reduces ? 'reducing' : 'opening',
    passed: allows(mode, reduces),
  };
}

function checksOfOpening(order: PlannedOrder, facts: RiskFacts, limits: RiskLimits): readonly RiskCheck[] {
  const checks = [checkDuplicate(order, facts), checkPriceSanity(order, facts, limits)];
  if (limits.isMarketHoursOnly) checks.push(checkMarketHours(facts.isMarketOpen));
  checks.push(...checksOfMoney(order, facts, limits), ...checksOfPositions(order, facts, limits));
  if (limits.maxPortfolioDeltaUsd !== null) checks.push(checkDelta(order, facts, limits.maxPortfolioDeltaUsd));
  return checks;
}

function checkDuplicate(order: PlannedOrder, { recentIntents }: RiskFacts): RiskCheck {
  const key = intentKey(order);
  const same = recentIntents.find((one) => one.intentKey === key && one.orderRef !== order.orderRef);
  return {
    limit: RiskLimit.duplicateIntent,
    bound: 'once',
    attempted: same ? same.orderRef : 'no other order',
    passed: same === undefined,
  };
}

/** A net price near zero has no percentages: below a dollar the distance is taken of one dollar. */
function checkPriceSanity(order: PlannedOrder, { quote }: RiskFacts, limits: RiskLimits): RiskCheck {
  const bound = dec(limits.maxPriceDeviationPercent);
  const check = { limit: RiskLimit.priceSanity, bound: bound.toFixed() };
  if (quote === null) return { ...check, attempted: null, passed: false };
  const last = dec(quote);
  const base = order.tradable.kind === 'combo' ? Dec.max(last.abs(), 1) : last;
  if (!base.gt(0)) return { ...check, attempted: null, passed: false };
  const prices = [order.limitPrice, order.stopPrice].filter((price) => price !== undefined);
  const deviations = prices.map((price) => last.minus(price).abs().times(100).dividedBy(base));
  const largest = Dec.max(ZERO, ...deviations);
  return { ...check, attempted: percentText(largest), passed: largest.lte(bound) };
}

function checkMarketHours(isOpen: boolean): RiskCheck {
  return { limit: RiskLimit.marketHours, bound: 'open', attempted: isOpen ? 'open' : 'closed', passed: isOpen };
}

function checksOfMoney(order: PlannedOrder, facts: RiskFacts, limits: RiskLimits): RiskCheck[] {
  const value = worstValue(order, facts.quote);
  const notional = value === null ? null : value.abs();
  const others = facts.working.filter((one) => one.order.orderRef !== order.orderRef);
  const reserved = sum(others.map((one) => dec(one.reservedUsd)));
  const commission = dec(facts.commissionUsd);
  // Only what is paid takes cash: buying at a price above zero, or selling a combination whose price is below it.
  const paid = value === null ? null : Dec.max(order.side === OrderSide.buy ? value : value.negated(), ZERO);
  const margin = facts.marginUsd === null ? notional : dec(facts.marginUsd);
  const needed = (amount: Dec | null) => (amount === null ? null : amount.plus(commission));
  const checks = [
    atMost(RiskLimit.buyingPower, dec(facts.buyingPowerUsd).minus(reserved), needed(margin)),
    checkAllocation(facts, limits, reserved, notional),
  ];
  if (limits.isCashOnly) checks.push(atMost(RiskLimit.cash, dec(facts.cashUsd).minus(reserved), needed(paid)));
  if (limits.maxOrderNotionalUsd !== null) {
    checks.push(atMost(RiskLimit.orderNotional, dec(limits.maxOrderNotionalUsd), notional));
  }
  return checks;
}

/** What the order is worth at most, US dollars, as the money limits count it; null without any price. */
export function notionalOf(order: PlannedOrder, quote: DecimalString | null): DecimalString | null {
  return worstValue(order, quote)?.abs().toFixed() ?? null;
}

function worstValue(order: PlannedOrder, quote: DecimalString | null): Dec | null {
  const units = dec(order.quantity).times(multiplierOf(order.tradable));
  return worstPrice(order, quote)?.times(units) ?? null;
}

/** A bought order cannot cost more than its limit; a sold one, or one without a limit, may trade at the market. */
function worstPrice(order: PlannedOrder, quote: DecimalString | null): Dec | null {
  const { limitPrice, stopPrice } = order;
  if (limitPrice !== undefined && (order.side === OrderSide.buy || order.tradable.kind === 'combo')) {
    return dec(limitPrice);
  }
  const prices = [limitPrice, stopPrice, quote ?? undefined].filter((price) => price !== undefined);
  return prices.length === 0 ? null : Dec.max(...prices);
}

function checkAllocation(facts: RiskFacts, limits: RiskLimits, reserved: Dec, notional: Dec | null): RiskCheck {
  const bound = dec(limits.maxAllocationPercent);
  const total = dec(facts.netLiquidationUsd);
  const check = { limit: RiskLimit.allocation, bound: bound.toFixed() };
  if (notional === null || !total.gt(0)) return { ...check, attempted: null, passed: false };
  const held = sum(facts.positions.map((one) => dec(one.marketValueUsd).abs()));
  const percent = held.plus(reserved).plus(notional).times(100).dividedBy(total);
  return { ...check, attempted: percentText(percent), passed: percent.lte(bound) };
}

function checksOfPositions(order: PlannedOrder, facts: RiskFacts, limits: RiskLimits): readonly RiskCheck[] {
  const after = positionsAfter(order, facts.tradeId, facts.positions, facts.working);
  const ofSymbol = after.filter((one) => one.symbol === order.tradable.symbol);
  return [
    atMost(RiskLimit.positionsPerSymbol, dec(limits.maxPositionsPerSymbol), dec(ofSymbol.length)),
    atMost(RiskLimit.positions, dec(limits.maxPositions), dec(after.length)),
  ];
}

/** Beyond the bound an order still passes that brings the delta nearer to zero: it is a hedge. */
function checkDelta(order: PlannedOrder, facts: RiskFacts, maxUsd: DecimalString): RiskCheck {
  const bound = dec(maxUsd);
  const check = { limit: RiskLimit.portfolioDelta, bound: bound.toFixed() };
  const { deltaUsdPerUnit, portfolioDeltaUsd } = facts;
  if (deltaUsdPerUnit === null || portfolioDeltaUsd === null) return { ...check, attempted: null, passed: false };
  const change = dec(deltaUsdPerUnit).times(order.quantity);
  const before = dec(portfolioDeltaUsd);
  const after = order.side === OrderSide.buy ? before.plus(change) : before.minus(change);
  const passed = after.abs().lte(bound) || after.abs().lt(before.abs());
  return { ...check, attempted: after.toFixed(), passed };
}

/** Rounded up, so that what is told of a denied order is always beyond its bound. */
function percentText(percent: Dec): string {
  return percent.toDecimalPlaces(2, Dec.ROUND_UP).toFixed();
}

function atMost(limit: RiskLimit, bound: Dec, attempted: Dec | null): RiskCheck {
  const passed = attempted?.lte(bound) ?? false;
  return { limit, bound: bound.toFixed(), attempted: attempted?.toFixed() ?? null, passed };
}
