import { addDays, type MarketDate } from '../market/market-date.ts';
import type { Option } from '../orders/instrument.ts';

/**
 * The option chains of simulated markets: what the TWS simulator lists and what a paper account can trade. Real chains
 * differ from these in their holidays and in the strikes that somebody once asked for.
 */

const DAY_MS = 86_400_000;
const FRIDAY = 5;
const WEEKLY_DAYS = 56;
const MONTHLY_DAYS = 730;
/** Strikes are listed from half to one and a half times the share's price. */
const LOWEST_STRIKE = 0.5;
const HIGHEST_STRIKE = 1.5;
/** Units of the underlying in one contract. */
const MULTIPLIER = 100;

/**
 * Expirations that are listed on a day: every Friday for eight weeks and the third Friday of each month for two years.
 * Holidays are left out of account.
 */
export function expirationsOn(today: MarketDate): MarketDate[] {
  const listed: MarketDate[] = [];
  for (let ahead = 0; ahead <= MONTHLY_DAYS; ahead += 1) {
    const day = addDays(today, ahead);
    if (isListed(day, ahead)) listed.push(day);
  }
  return listed;
}

/** Whether an option of this expiration can be traded today. */
export function isExpirationListed(expiration: MarketDate, today: MarketDate): boolean {
  const millis = Date.parse(`${expiration}T00:00:00Z`);
  if (Number.isNaN(millis)) return false;
  return isListed(expiration, Math.round((millis - Date.parse(`${today}T00:00:00Z`)) / DAY_MS));
}

/** Whether there is such a contract today. */
export function isOptionListed({ expiration, strike, multiplier }: Option, today: MarketDate): boolean {
  return isExpirationListed(expiration, today) && isStrike(strike) && Number(multiplier) === MULTIPLIER;
}

/** Strikes of a share at this price, ascending, in plain notation. */
export function strikesAround(price: number): string[] {
  const step = stepAt(price);
  const strikes: string[] = [];
  for (
    let strike = Math.ceil((price * LOWEST_STRIKE) / step) * step;
    strike <= price * HIGHEST_STRIKE;
    strike += step
  ) {
    if (strike > 0) strikes.push(String(Math.round(strike * 100) / 100));
  }
  return strikes;
}

/** Any positive multiple of half a dollar is a strike, so that an option stays listed wherever its share goes. */
export function isStrike(strike: string): boolean {
  const value = Number(strike);
  return value > 0 && value < 100_000 && Number.isInteger(value * 2);
}

function isListed(day: MarketDate, ahead: number): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  if (date.getUTCDay() !== FRIDAY || ahead < 0) return false;
  const isThird = date.getUTCDate() >= 15 && date.getUTCDate() <= 21;
  return ahead <= WEEKLY_DAYS || (isThird && ahead <= MONTHLY_DAYS);
}

function stepAt(price: number): number {
  if (price < 25) return 0.5;
  return price < 200 ? 1 : 5;
}
