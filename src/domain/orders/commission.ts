import { Dec, type DecimalString, dec, sum, ZERO } from '../money/decimal.ts';
import type { Instrument } from './instrument.ts';

/** What a broker charges for one order, US dollars; third-party fees (exchange, clearing, regulatory) are not in it. */
export interface CommissionRates {
  readonly stock: {
    readonly perShareUsd: DecimalString;
    readonly minPerOrderUsd: DecimalString;
    readonly maxPercentOfTradeValue: DecimalString;
  };
  readonly option: {
    /** Ascending by premium (US dollars per unit of the underlying), the first from 0. */
    readonly tiers: readonly { readonly fromPremium: DecimalString; readonly perContractUsd: DecimalString }[];
    readonly minPerOrderUsd: DecimalString;
  };
}

/**
 * Interactive Brokers' published rates for the United States. Stocks: "Fixed" of IBKR Pro,
 * interactivebrokers.com/en/pricing/commissions-stocks.php. Options: the first monthly tier, up to 10,000 contracts,
 * interactivebrokers.com/en/pricing/commissions-options.php.
 */
export const IBKR_US_RATES: CommissionRates = {
  stock: { perShareUsd: '0.005', minPerOrderUsd: '1', maxPercentOfTradeValue: '1' },
  option: {
    tiers: [
      { fromPremium: '0', perContractUsd: '0.25' },
      { fromPremium: '0.05', perContractUsd: '0.5' },
      { fromPremium: '0.1', perContractUsd: '0.65' },
    ],
    minPerOrderUsd: '1',
  },
};

/** A part of an order that traded; the price is positive or zero. */
export interface TradedPart {
  readonly quantity: DecimalString;
  readonly price: DecimalString;
}

/** What an order has cost after all the parts of it that traded, US dollars, not rounded; nothing for none. */
export function commissionOfOrder(
  instrument: Instrument,
  parts: readonly TradedPart[],
  rates: CommissionRates = IBKR_US_RATES,
): DecimalString {
  if (parts.length === 0) return '0';
  return (instrument.kind === 'stock' ? ofStock(parts, rates.stock) : ofOption(parts, rates.option)).toFixed();
}

/** What one more part adds: minimum and maximum are the order's, so that filling it in parts costs no more than at once. */
export function commissionOfPart(
  instrument: Instrument,
  before: readonly TradedPart[],
  part: TradedPart,
  rates: CommissionRates = IBKR_US_RATES,
): DecimalString {
  const after = commissionOfOrder(instrument, [...before, part], rates);
  return dec(after)
    .minus(commissionOfOrder(instrument, before, rates))
    .toFixed();
}

/** The maximum goes before the minimum: IBKR charges 1 % of a trade that is worth less than 100 dollars. */
function ofStock(parts: readonly TradedPart[], rates: CommissionRates['stock']): Dec {
  const shares = sum(parts.map((part) => dec(part.quantity)));
  const value = sum(parts.map((part) => dec(part.quantity).times(part.price)));
  const wanted = Dec.max(shares.times(rates.perShareUsd), rates.minPerOrderUsd);
  return Dec.min(wanted, value.times(rates.maxPercentOfTradeValue).dividedBy(100));
}

function ofOption(parts: readonly TradedPart[], rates: CommissionRates['option']): Dec {
  const charged = parts.map((part) => {
    const tier = rates.tiers.findLast(({ fromPremium }) => dec(part.price).gte(fromPremium));
    return dec(part.quantity).times(tier?.perContractUsd ?? ZERO);
  });
  return Dec.max(sum(charged), rates.minPerOrderUsd);
}
