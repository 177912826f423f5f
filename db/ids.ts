import { v5 as uuidV5, validate } from 'uuid';
import type { ProviderName } from '../src/domain/research/provider.ts';

/** The namespace of every id that we derive; fixed for ever, since rows are found by it. */
const NAMESPACE = '6f9b1f0e-4c9e-5d0a-9a52-6a1d0c3b7e21';

/** The id of the strategy with this slug, the same in every database. */
export function strategyIdOf(slug: string): string {
  return uuidV5(`strategy/${slug}`, NAMESPACE);
}

/** The id of the request that asks one provider within a request group. */
export function requestIdOf(requestGroupId: string, provider: ProviderName): string {
  return uuidV5(`request/${requestGroupId}/${provider}`, NAMESPACE);
}

/** The id of the task that carries out that request. */
export function taskIdOf(requestGroupId: string, provider: ProviderName): string {
  return uuidV5(`task/${requestGroupId}/${provider}`, NAMESPACE);
}

/** The id of the one account of (strategy, provider). */
export function accountIdOf(strategyId: string, provider: ProviderName): string {
  return uuidV5(`account/${strategyId}/${provider}`, NAMESPACE);
}

/** The id of the trading account with this name. */
export function tradingAccountIdOf(name: string): string {
  return uuidV5(`trading-account/${name}`, NAMESPACE);
}

/** The id of the order with this reference. */
export function orderIdOf(orderRef: string): string {
  return uuidV5(`order/${orderRef}`, NAMESPACE);
}

/**
 * The least and the greatest UUID that begin with the text, so that the indexes on ids find those between them; null where
 * no UUID, as PostgreSQL writes it, begins so.
 */
export function uuidsThatBegin(prefix: string): { readonly first: string; readonly last: string } | null {
  const filledWith = (digit: string) => prefix + EMPTY_UUID.replaceAll('0', digit).slice(prefix.length);
  const [first, last] = [filledWith('0'), filledWith('f')];
  return WRITTEN_UUID.test(first) ? { first, last } : null;
}

const EMPTY_UUID = '00000000-0000-0000-0000-000000000000';
const WRITTEN_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether PostgreSQL would take the text as a UUID; anything else cannot be the id of a row. */
export function isUuid(text: string): boolean {
  return validate(text);
}
