import { z } from 'zod';
import { TICKER_PATTERN } from '../../domain/market/ticker.ts';
import { MODES_OF, ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import { strategyScheduleSchema } from './schedule.ts';

const tickerSchema = z.string().regex(TICKER_PATTERN, 'a ticker is 1 to 10 capital letters, digits, dots or dashes');

export const strategyProviderSchema = z
  .strictObject({
    provider: z.enum(ProviderName),
    mode: z.enum(ProviderMode),
    /** The vendor's model name, e.g. `gpt-4.1-mini`. */
    model: z.string().min(1).max(100),
    maxOutputTokens: z.int().min(256).max(100_000).default(8192),
  })
  .check((context) => {
    const { provider, mode } = context.value;
    if (!MODES_OF[provider].includes(mode)) {
      context.issues.push({
        code: 'custom',
        path: ['mode'],
        input: mode,
        message: `${provider} has no ${mode} mode; it has ${MODES_OF[provider].join(', ')}`,
      });
    }
  });
export type StrategyProvider = z.infer<typeof strategyProviderSchema>;

/** A research strategy as a person writes it (YAML or JSON file) and as it is stored, one row per version. */
export const researchStrategySchema = z.strictObject({
  kind: z.literal('research'),
  /** Stable name in commands and ids. */
  slug: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a slug is lower-case words joined by dashes')
    .max(60),
  name: z.string().min(1).max(120),
  /** One sentence for lists. */
  description: z.string().min(1).max(500),
  /** The prompt as a Liquid template; its variables are listed in docs/guide/writing-a-strategy.md. */
  method: z.string().min(20).max(20_000),
  universe: z
    .array(tickerSchema)
    .min(1)
    .max(500)
    .refine((all) => new Set(all).size === all.length, 'a ticker stands twice'),
  cadence: z.strictObject({
    /** A submission older than this many days makes the strategy stale. */
    staleAfterDays: z.number().positive().max(3650),
  }),
  providers: z
    .array(strategyProviderSchema)
    .min(1)
    .max(10)
    .refine((all) => new Set(all.map((one) => one.provider)).size === all.length, 'a provider stands twice'),
  /** Opening cash of each (strategy, provider) account in US dollars, as a decimal string. */
  initialBalanceUsd: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,2})?$/, 'an amount is digits with at most two decimals, e.g. "100000" or "2500.50"')
    .default('100000'),
  priceSource: z.enum(['replay', 'yahoo', 'fixed', 'as_traded', 'ibkr']).default('replay'),
  active: z.boolean().default(false),
  /** Runs the strategy by itself at these times; without it an active strategy runs when it is stale. */
  schedule: strategyScheduleSchema.exactOptional(),
});
export type ResearchStrategy = z.infer<typeof researchStrategySchema>;
export type PriceSource = ResearchStrategy['priceSource'];
