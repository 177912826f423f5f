import type { DecimalString } from '../money/decimal.ts';

export const RecommendationAction = { buy: 'BUY', sell: 'SELL', hold: 'HOLD' } as const;
export type RecommendationAction = (typeof RecommendationAction)[keyof typeof RecommendationAction];

/**
 * One validated recommendation. Prices in US dollars a share, `allocationPercent` of the portfolio's total value:
 * for a BUY the share to invest, for a SELL the share to sell (0 closes the position), for a HOLD informative.
 */
export interface Recommendation {
  readonly ticker: string;
  readonly action: RecommendationAction;
  readonly entryPrice: DecimalString;
  readonly targetPrice: DecimalString;
  readonly stopLoss: DecimalString;
  readonly allocationPercent: DecimalString;
  readonly rationale: string;
}
