import type { PriceGridFacts } from '../../domain/orders/price-increment.ts';
import type { MarketView } from './market-view.ts';
import type { PaperBook } from './paper-book.ts';
import type { PaperCommission } from './paper-options.ts';

/** How the paper broker trades. */
export interface TradingRules {
  readonly seed: number;
  readonly slippageBps: number;
  readonly partialFillProbability: number;
  readonly partialFillShare: number;
  readonly rejectProbability: number;
  readonly commission: PaperCommission;
  readonly allowShort: boolean;
  readonly grid: PriceGridFacts;
}

/** One account in one step: its book, the market as it is now, and the rules. */
export interface Desk {
  readonly book: PaperBook;
  readonly market: MarketView;
  readonly rules: TradingRules;
}
