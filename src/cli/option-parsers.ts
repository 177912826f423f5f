import { FoliosError } from '../contracts/errors.ts';
import type { PriceSource } from '../contracts/schemas/strategy.ts';
import { isMarketDate, type MarketDate } from '../domain/market/market-date.ts';
import { TICKER_PATTERN } from '../domain/market/ticker.ts';
import { dec } from '../domain/money/decimal.ts';
import { OrderState } from '../domain/orders/order-state.ts';
import { PROVIDER_NAMES, type ProviderName } from '../domain/research/provider.ts';
import { BrokerName, type Gateway } from '../ports/trading-accounts.ts';

const MAX_LIMIT = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PRICE_SOURCES: readonly PriceSource[] = ['replay', 'yahoo', 'fixed', 'as_traded', 'ibkr'];

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

/** A symbol in capitals, however it was typed. INPUT_INVALID. */
export function parseSymbol(text: string): string {
  const symbol = text.toUpperCase();
  if (!TICKER_PATTERN.test(symbol)) throw new FoliosError('INPUT_INVALID', `"${text}" is not a symbol such as KO`);
  return symbol;
}

/** A ticket's id. INPUT_INVALID. */
export function parseUuid(text: string): string {
  const id = text.toLowerCase();
  if (UUID.test(id)) return id;
  throw new FoliosError('INPUT_INVALID', `"${text}" is not a UUID such as 0198c0de-1111-7000-8000-000000000001`);
}

/** A broker by its name. INPUT_INVALID. */
export function parseBroker(text: string): BrokerName {
  return oneOf(Object.values(BrokerName), text, 'broker');
}

/** Where prices come from. INPUT_INVALID. */
export function parsePriceSource(text: string): PriceSource {
  return oneOf(PRICE_SOURCES, text, 'price source');
}

function oneOf<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const found = names.find((name) => name === text.toLowerCase());
  if (found) return found;
  throw new FoliosError('INPUT_INVALID', `"${text}" is no ${what}; there are ${names.join(', ')}`);
}

/** A calendar day. INPUT_INVALID. */
export function parseMarketDate(text: string): MarketDate {
  if (!isMarketDate(text)) throw new FoliosError('INPUT_INVALID', `"${text}" is not a day such as 2018-03-30`);
  return text;
}

function isProvider(name: string): name is ProviderName {
  return (PROVIDER_NAMES as readonly string[]).includes(name);
}

/** An id that a gateway knows a client by. INPUT_INVALID. */
export function parseClientId(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new FoliosError('INPUT_INVALID', `--client-id is a whole number, not "${text}"`);
}

/** `host:port` and a client id as a gateway; null where neither is named. INPUT_INVALID where one is missing. */
export function gatewayOf({ gateway, clientId }: Readonly<Record<string, unknown>>): Gateway | null {
  if (gateway === undefined && clientId === undefined) return null;
  const [, host, port] = /^([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(String(gateway ?? '')) ?? [];
  if (!host || !port || Number(port) > 65_535 || typeof clientId !== 'number') {
    throw new FoliosError('INPUT_INVALID', 'a gateway is named as --gateway host:port with --client-id <number>');
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), clientId };
}
