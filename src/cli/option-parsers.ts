import { FoliosError } from '../contracts/errors.ts';
import { isMarketDate, type MarketDate } from '../domain/market/market-date.ts';
import { dec } from '../domain/money/decimal.ts';
import { OrderState } from '../domain/orders/order-state.ts';
import { PROVIDER_NAMES, type ProviderName } from '../domain/research/provider.ts';

const MAX_LIMIT = 10_000;

/** `openai,gemini` as provider names, without repetition. PROVIDER_UNKNOWN names every unknown one and the known ones. */
export function parseProviders(text: string): ProviderName[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !isProvider(name));
  if (unknown.length > 0) {
    throw new FoliosError(
      'PROVIDER_UNKNOWN',
      `there is no provider ${unknown.map((name) => `"${name}"`).join(', ')}; known are ${PROVIDER_NAMES.join(', ')}`,
      { unknown, known: PROVIDER_NAMES },
    );
  }
  return [...new Set(names.filter(isProvider))];
}

/** Exactly one provider. PROVIDER_UNKNOWN, INPUT_INVALID. */
export function parseProvider(text: string): ProviderName {
  const [provider, ...others] = parseProviders(text);
  if (!provider || others.length > 0) throw new FoliosError('INPUT_INVALID', 'name one provider only');
  return provider;
}

/** How many rows at most. INPUT_INVALID. */
export function parseLimit(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new FoliosError('INPUT_INVALID', `--limit is a whole number from 1 to ${MAX_LIMIT}, not "${text}"`);
  }
  return limit;
}

/** Dollars above zero, at most two decimals, as a decimal string. INPUT_INVALID. */
export function parseBalance(text: string): string {
  if (!/^\d{1,12}(\.\d{1,2})?$/.test(text) || !dec(text).gt(0)) {
    throw new FoliosError('INPUT_INVALID', `--balance is dollars such as 100000 or 2500.50, not "${text}"`);
  }
  return text;
}

/** An order state as a person may write it, `filled` or `FILLED`. INPUT_INVALID. */
export function parseOrderState(text: string): OrderState {
  const states = Object.values(OrderState);
  const found = states.find((state) => state === text.toUpperCase());
  if (found) return found;
  throw new FoliosError('INPUT_INVALID', `"${text}" is no order state; they are ${states.join(', ').toLowerCase()}`);
}

/** A calendar day. INPUT_INVALID. */
export function parseMarketDate(text: string): MarketDate {
  if (!isMarketDate(text)) throw new FoliosError('INPUT_INVALID', `"${text}" is not a day such as 2018-03-30`);
  return text;
}

function isProvider(name: string): name is ProviderName {
  return (PROVIDER_NAMES as readonly string[]).includes(name);
}
