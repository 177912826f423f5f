import type { MarketDate } from '../market/market-date.ts';
import { OptionRight } from '../orders/instrument.ts';

/** Of every underlying, a year: the same in the TWS simulator and in paper accounts, so that both show the same prices. */
export const MODEL_VOLATILITY = 0.25;
/** Risk-free, a year, continuously compounded. */
const RATE = 0.02;
const YEAR_MS = 365 * 86_400_000;

export interface ModelInput {
  /** The underlying's price and the strike, US dollars. */
  readonly spot: number;
  readonly strike: number;
  readonly right: OptionRight;
  readonly today: MarketDate;
  readonly expiration: MarketDate;
  /** A year: 0.25 is 25 %. */
  readonly volatility: number;
}

/** What the model says of one option, per unit of the underlying. */
export interface ModelOption {
  /** US dollars. */
  readonly price: number;
  /** A year. */
  readonly impliedVolatility: number;
  /** Dollars of price per dollar of the underlying: 0 to 1 for a call, -1 to 0 for a put. */
  readonly delta: number;
  /** Delta per dollar of the underlying. */
  readonly gamma: number;
  /** Dollars per percentage point of volatility. */
  readonly vega: number;
  /** Dollars per calendar day. */
  readonly theta: number;
}

/**
 * A European option by Black and Scholes, "The Pricing of Options and Corporate Liabilities" (1973), with the Greeks of
 * Hull, "Options, Futures, and Other Derivatives", chapter 19; without dividends, at a flat volatility and rate. At and
 * after its expiration it is its intrinsic value. Simple on purpose: simulated markets need consistent prices, not true ones.
 */
export function modelOption({ spot, strike, right, today, expiration, volatility }: ModelInput): ModelOption {
  const sign = right === OptionRight.call ? 1 : -1;
  const years = (Date.parse(`${expiration}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / YEAR_MS;
  if (years <= 0) {
    const value = Math.max(0, sign * (spot - strike));
    return { price: value, impliedVolatility: volatility, delta: value > 0 ? sign : 0, gamma: 0, vega: 0, theta: 0 };
  }
  const spread = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (RATE + volatility ** 2 / 2) * years) / spread;
  const d2 = d1 - spread;
  const discounted = strike * Math.exp(-RATE * years);
  const density = Math.exp(-(d1 ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const decay = (-spot * density * volatility) / (2 * Math.sqrt(years));
  return {
    price: Math.max(0, sign * (spot * normal(sign * d1) - discounted * normal(sign * d2))),
    impliedVolatility: volatility,
    delta: sign * normal(sign * d1),
    gamma: density / (spot * spread),
    vega: (spot * density * Math.sqrt(years)) / 100,
    theta: (decay - sign * RATE * discounted * normal(sign * d2)) / 365,
  };
}

/** The normal distribution function by Abramowitz and Stegun 26.2.17, good to 7.5e-8. */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}
