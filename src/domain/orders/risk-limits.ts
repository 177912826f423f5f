import { assertNever } from '../assert-never.ts';
import { type DecimalString, formatUsd } from '../money/decimal.ts';

/** The limits by which the risk gate denies; the names stand in journals. */
export const RiskLimit = {
  tradingMode: 'trading_mode',
  duplicateIntent: 'duplicate_intent',
  marketHours: 'market_hours',
  priceSanity: 'price_sanity_percent',
  orderNotional: 'order_notional_usd',
  cash: 'cash_usd',
  buyingPower: 'buying_power_usd',
  positionsPerSymbol: 'positions_per_symbol',
  positions: 'positions',
  allocation: 'allocation_percent',
  portfolioDelta: 'portfolio_delta_usd',
} as const;
export type RiskLimit = (typeof RiskLimit)[keyof typeof RiskLimit];

/** What an account allows. A limit that is null is not checked. */
export interface RiskLimits {
  readonly maxPositionsPerSymbol: number;
  readonly maxPositions: number;
  /** Of the net liquidation value, how much may be in positions at most. */
  readonly maxAllocationPercent: DecimalString;
  readonly maxOrderNotionalUsd: DecimalString | null;
  /** Of the sum of all positions' deltas in dollars, whatever its sign. */
  readonly maxPortfolioDeltaUsd: DecimalString | null;
  /** How far an order's prices may be from the last quote. */
  readonly maxPriceDeviationPercent: DecimalString;
  /** True denies opening orders while the market is closed. */
  readonly isMarketHoursOnly: boolean;
  /** True where debits are paid from cash alone: buying power on margin does not count. */
  readonly isCashOnly: boolean;
}

export const DEFAULT_RISK_LIMITS: RiskLimits = {
  maxPositionsPerSymbol: 2,
  maxPositions: 20,
  maxAllocationPercent: '80',
  maxOrderNotionalUsd: null,
  maxPortfolioDeltaUsd: null,
  maxPriceDeviationPercent: '20',
  isMarketHoursOnly: true,
  isCashOnly: true,
};

/** One limit held against one order; plain values, so that it can be journaled. */
export interface RiskCheck {
  readonly limit: RiskLimit;
  /** The most that is allowed: an amount, a count, a percentage, or a word. */
  readonly bound: string;
  /** What the order would have brought; null where it cannot be known, which does not pass. */
  readonly attempted: string | null;
  readonly passed: boolean;
}

/** A check in words: the limit, its value and the attempted value. */
export function describe(check: RiskCheck): string {
  const { limit, bound, attempted } = check;
  const isUsd = limit.endsWith('_usd');
  const isPercent = limit.endsWith('_percent');
  const value = (text: string) => (isUsd ? `${formatUsd(text)} USD` : isPercent ? `${text} %` : text);
  const given = attempted === null ? 'an amount that cannot be known' : value(attempted);
  switch (limit) {
    case RiskLimit.tradingMode:
      return `trading mode is ${bound}, and the order is ${given}`;
    case RiskLimit.duplicateIntent:
      return `an order may stand only ${bound}, and ${given} has the same intent`;
    case RiskLimit.marketHours:
      return `the market must be ${bound}, and it is ${given}`;
    case RiskLimit.priceSanity:
      if (attempted === null)
        return `a price may be ${value(bound)} from the last quote at most, and there is no quote`;
      return `a price may be ${value(bound)} from the last quote at most, and it is ${given}`;
    case RiskLimit.orderNotional:
      return `order notional is limited to ${value(bound)}, and the order's is ${given}`;
    case RiskLimit.cash:
      return `cash is ${value(bound)}, and the order needs ${given}`;
    case RiskLimit.buyingPower:
      return `buying power is ${value(bound)}, and the order needs ${given}`;
    case RiskLimit.positionsPerSymbol:
      return `positions per symbol are limited to ${bound}, and it would be ${given}`;
    case RiskLimit.positions:
      return `positions are limited to ${bound} in all, and it would be ${given}`;
    case RiskLimit.allocation:
      return `allocation is limited to ${value(bound)} of the account, and it would be ${given}`;
    case RiskLimit.portfolioDelta:
      return `portfolio delta is limited to ${value(bound)}, and it would be ${given}`;
    default:
      return assertNever(limit);
  }
}
