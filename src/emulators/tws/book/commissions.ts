import { type Dec, dec, ZERO } from '../../../domain/money/decimal.ts';
import type { SimContract } from '../contracts/sim-contract.ts';

const SHARE_USD = '0.0035';
const SHARE_LEAST_USD = '0.35';
/** Of the trade's value. */
const SHARE_MOST = '0.01';
const OPTION_USD = '0.65';
const OPTION_LEAST_USD = '1';

/**
 * IBKR's tiered prices at the lowest volume, in US dollars, without exchange and regulatory fees: shares 0.0035 each, at
 * least 0.35 and at most 1 % of the value; options 0.65 a contract, at least 1. The least is taken of each execution.
 */
export function commissionOf(contract: SimContract, quantity: Dec, price: Dec): Dec {
  if (contract.secType === 'BAG') return ZERO;
  if (contract.secType === 'OPT') return larger(quantity.times(OPTION_USD), dec(OPTION_LEAST_USD)).toDecimalPlaces(2);
  const most = quantity.times(price).abs().times(SHARE_MOST);
  const wanted = larger(quantity.times(SHARE_USD), dec(SHARE_LEAST_USD));
  return (wanted.gt(most) ? most : wanted).toDecimalPlaces(4);
}

function larger(a: Dec, b: Dec): Dec {
  return a.gt(b) ? a : b;
}
