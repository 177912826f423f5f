import type { MarketDate } from '../../../domain/market/market-date.ts';

const RATE = 0.02;
const YEAR_MS = 365 * 86_400_000;

/** What the model says of one option; prices and Greeks per unit of the underlying, theta a day, vega a point. */
export interface ModelOption {
  readonly price: number;
  readonly impliedVolatility: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
}

/**
 * A European option by Black and Scholes (1973), without dividends, at a flat volatility and a rate of 2 % a year; at
 * and after its expiration its intrinsic value. Simple on purpose: the simulator needs consistent prices, not true ones.
 */
export function modelOption(input: {
  spot: number;
  strike: number;
  right: 'C' | 'P';
  today: MarketDate;
  /** `yyyymmdd` */
  expiration: string;
  volatility: number;
}): ModelOption {
  const { spot, strike, volatility } = input;
  const sign = input.right === 'C' ? 1 : -1;
  const years = yearsBetween(input.today, input.expiration);
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

function yearsBetween(today: MarketDate, expiration: string): number {
  const end = Date.parse(`${expiration.slice(0, 4)}-${expiration.slice(4, 6)}-${expiration.slice(6, 8)}T00:00:00Z`);
  return (end - Date.parse(`${today}T00:00:00Z`)) / YEAR_MS;
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
