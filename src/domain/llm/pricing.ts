import { type Dec, type DecimalString, dec } from '../money/decimal.ts';
import { ProviderMode } from '../research/provider.ts';
import type { TokenUsage } from './usage.ts';

/** The day on which the list prices below were taken. Prices change: a cost is an estimate, the vendor's bill decides. */
export const PRICES_AS_OF = '2026-11-21';

/** List prices of one model, called directly. */
export interface ListPrice {
  readonly inputUsdPerMillion: DecimalString;
  /** Of input tokens that the provider had in its cache. */
  readonly cachedInputUsdPerMillion: DecimalString;
  readonly outputUsdPerMillion: DecimalString;
}

/** Model, and dollars per million tokens of input, cached input and output: each of its vendor's price list. */
const LIST_PRICES: Readonly<Record<string, ListPrice>> = {
  'gpt-4.1-mini': price('0.40', '0.10', '1.60'),
  'gpt-4.1': price('2.00', '0.50', '8.00'),
  'gpt-5-mini': price('0.25', '0.025', '2.00'),
  'gpt-5': price('1.25', '0.125', '10.00'),
  'claude-haiku-4-5': price('1.00', '0.10', '5.00'),
  'claude-sonnet-4-5': price('3.00', '0.30', '15.00'),
  'gemini-2.5-flash': price('0.30', '0.03', '2.50'),
  'gemini-2.5-pro': price('1.25', '0.125', '10.00'),
};

/**
 * What a model costs of which we know no price: more than any that is listed, and its cache gives no discount, so that a
 * budget holds. Calls counted at it are flagged.
 */
export const FALLBACK_PRICE: ListPrice = price('15.00', '15.00', '75.00');

/** All three vendors bill batches at half the list price. */
const BATCH_FACTOR: DecimalString = '0.5';

/** A dated or numbered release of a model: `-20251001`, `-2025-04-14`, `-001`, `-latest`. `-nano` is another model. */
const RELEASE_SUFFIX = /^-(\d{8}|\d{4}-\d{2}-\d{2}|\d{3}|latest)$/;

/** Whether a cost was counted at a list price or, for a model that has none here, at the fallback. */
export const PriceBasis = { listed: 'listed', fallback: 'fallback' } as const;
export type PriceBasis = (typeof PriceBasis)[keyof typeof PriceBasis];

export interface CallCost {
  readonly costUsd: DecimalString;
  readonly priceBasis: PriceBasis;
}

/** US dollars for one call at list price, exact. */
export function callCost(model: string, mode: ProviderMode, usage: TokenUsage): CallCost {
  const listed = listPriceOf(model);
  const { inputUsdPerMillion, cachedInputUsdPerMillion, outputUsdPerMillion } = listed ?? FALLBACK_PRICE;
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const full = perMillion(usage.inputTokens - cached, inputUsdPerMillion)
    .plus(perMillion(cached, cachedInputUsdPerMillion))
    .plus(perMillion(usage.outputTokens, outputUsdPerMillion));
  return {
    costUsd: (mode === ProviderMode.batch ? full.times(BATCH_FACTOR) : full).toFixed(),
    priceBasis: listed === null ? PriceBasis.fallback : PriceBasis.listed,
  };
}

/** The list price of a model, any dated release of it included; null where we know none. */
export function listPriceOf(model: string): ListPrice | null {
  const name = model.replace(/^models\//, '');
  const known = Object.entries(LIST_PRICES).find(
    ([listed]) => name === listed || (name.startsWith(listed) && RELEASE_SUFFIX.test(name.slice(listed.length))),
  );
  return known?.[1] ?? null;
}

function price(input: DecimalString, cachedInput: DecimalString, output: DecimalString): ListPrice {
  return { inputUsdPerMillion: input, cachedInputUsdPerMillion: cachedInput, outputUsdPerMillion: output };
}

function perMillion(tokens: number, usdPerMillion: DecimalString): Dec {
  return dec(tokens).times(usdPerMillion).div(1_000_000);
}
