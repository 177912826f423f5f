import type { MarketDate } from '../market/market-date.ts';
import type { MarketRow } from '../market/statistics.ts';
import type { DecimalString } from '../money/decimal.ts';

/** A portfolio as a prompt shows it. Dollar amounts are texts for the reader, e.g. `100,000.00`. */
export interface PromptPortfolio {
  readonly cashUsd: string;
  readonly totalUsd: string;
  readonly positions: readonly { readonly ticker: string; readonly quantity: DecimalString }[];
}

/** The variables that a strategy's method, a Liquid template, can use; docs/guide/writing-a-strategy.md lists them. */
export interface MethodContext {
  readonly asOf: MarketDate;
  readonly universe: readonly string[];
  readonly strategyName: string;
  readonly provider: string;
  readonly model: string;
  readonly portfolio: PromptPortfolio;
  readonly market: readonly MarketRow[];
}

/** A context in which every variable exists, so that a method can be tried before it is stored. */
export const SAMPLE_METHOD_CONTEXT: MethodContext = {
  asOf: '2022-12-28',
  universe: ['KO'],
  strategyName: 'Sample',
  provider: 'openai',
  model: 'sample-model',
  portfolio: { cashUsd: '92,487.20', totalUsd: '100,000.00', positions: [{ ticker: 'KO', quantity: '120' }] },
  market: [
    {
      ticker: 'KO',
      price: '62.61',
      return1mPercent: 1.25,
      return6mPercent: 3.5,
      return12mPercent: 9.75,
      high52w: '64.12',
      low52w: '53.04',
      volatilityPercent: 18.5,
      maxDrawdown1yPercent: 16.75,
    },
  ],
};
