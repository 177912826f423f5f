import { type Dec, type DecimalString, dec } from '../money/decimal.ts';
import { ProviderMode } from '../research/provider.ts';
import type { TokenUsage } from './usage.ts';

/** The day on which the list prices below were taken. Prices change: a cost is an estimate, the vendor's bill decides. */
export const PRICES_AS_OF = '2026-11-21';

interface ListPrice {
  readonly inputUsdPerMillion: DecimalString;
  readonly outputUsdPerMillion: DecimalString;
}

const LIST_PRICES: Readonly<Record<string, ListPrice>> = {
  'gpt-4.1-mini': { inputUsdPerMillion: '0.40', outputUsdPerMillion: '1.60' },
  'gpt-4.1': { inputUsdPerMillion: '2.00', outputUsdPerMillion: '8.00' },
  'gpt-5-mini': { inputUsdPerMillion: '0.25', outputUsdPerMillion: '2.00' },
  'gpt-5': { inputUsdPerMillion: '1.25', outputUsdPerMillion: '10.00' },
  'claude-haiku-4-5': { inputUsdPerMillion: '1.00', outputUsdPerMillion: '5.00' },
  'claude-sonnet-4-5': { inputUsdPerMillion: '3.00', outputUsdPerMillion: '15.00' },
  'gemini-2.5-flash': { inputUsdPerMillion: '0.30', outputUsdPerMillion: '2.50' },
  'gemini-2.5-pro': { inputUsdPerMillion: '1.25', outputUsdPerMillion: '10.00' },
};

/** All three vendors bill batches at half the list price. */
const BATCH_FACTOR: DecimalString = '0.5';

/** A dated or numbered release of a model: `-20251001`, `-2025-04-14`, `-001`, `-latest`. `-nano` is another model. */
const RELEASE_SUFFIX = /^-(\d{8}|\d{4}-\d{2}-\d{2}|\d{3}|latest)$/;

/** US dollars for one call at list price, exact; null for a model whose price is not known. */
export function costUsd(model: string, mode: ProviderMode, usage: TokenUsage): DecimalString | null {
  const price = listPriceOf(model);
  if (price === null) return null;
  const full = perMillion(usage.inputTokens, price.inputUsdPerMillion).plus(
    perMillion(usage.outputTokens, price.outputUsdPerMillion),
  );
  return (mode === ProviderMode.batch ? full.times(BATCH_FACTOR) : full).toString();
}

function perMillion(tokens: number, usdPerMillion: DecimalString): Dec {
  return dec(tokens).times(usdPerMillion).div(1_000_000);
}

function listPriceOf(model: string): ListPrice | null {
  const name = model.replace(/^models\//, '');
  const known = Object.entries(LIST_PRICES).find(
    ([listed]) => name === listed || (name.startsWith(listed) && RELEASE_SUFFIX.test(name.slice(listed.length))),
  );
  return known?.[1] ?? null;
}
