import { z } from 'zod';

/** What a provider is asked to answer. Bounds that providers' structured outputs drop are checked again in the domain. */
export const recommendationAnswerSchema = z.strictObject({
  recommendations: z.array(
    z.strictObject({
      ticker: z.string().describe('One of the tickers of the universe'),
      action: z.enum(['BUY', 'SELL', 'HOLD']),
      entry_price: z.number().describe('US dollars a share'),
      target_price: z.number().describe('US dollars a share; above the entry price for a BUY'),
      stop_loss: z.number().describe('US dollars a share; below the entry price for a BUY'),
      allocation_percent: z.number().describe('0 to 100, percent of the portfolio total; all together at most 100'),
      rationale: z.string().describe('Two sentences at most'),
    }),
  ),
});
export type RecommendationAnswer = z.infer<typeof recommendationAnswerSchema>;

/** A named answer schema, as providers want it for structured output. */
export interface AnswerFormat {
  readonly name: string;
  readonly schema: z.ZodType;
}

export const RECOMMENDATION_ANSWER: AnswerFormat = { name: 'recommendations', schema: recommendationAnswerSchema };
