import type { Metrics } from './metrics.ts';

/** One method's ranking: who may be bought at all, and what makes one share better than another. */
export interface ScreeningMethod {
  readonly name: string;
  /** Words by which a prompt names the method. */
  readonly words: RegExp;
  readonly isEligible: (share: Metrics) => boolean;
  /** Whether fewer names than wanted are bought rather than names that are not eligible. */
  readonly strict: boolean;
  /** Higher is better; each factor is turned into its rank among the universe before it is weighed. */
  readonly factors: readonly { readonly weight: number; readonly of: (share: Metrics) => number }[];
  /** Two sentences that cite the figures: what stands out, and what follows from it. */
  readonly why: (share: Metrics) => readonly [string, string];
}

const record = (share: Metrics) => share.return5Years ?? share.return12Months;

/** `12.3%`, without a sign. */
function percent(ratio: number): string {
  return `${Math.abs(ratio * 100).toFixed(1)}%`;
}

/** `up 12.3%` or `down 12.3%`. */
function moved(ratio: number): string {
  return `${ratio < 0 ? 'down' : 'up'} ${percent(ratio)}`;
}

function against(ratio: number, what: string): string {
  return `${percent(ratio)} ${ratio < 0 ? 'below' : 'above'} ${what}`;
}

function overFiveYears(share: Metrics): string {
  return share.return5Years === null
    ? `${moved(share.return12Months)} over twelve months`
    : `${moved(share.return5Years)} over five years`;
}

/**
 * Prices are all that is bundled, so each method is read through price: cheapness against the share's own record,
 * growth as the record itself, soundness as steadiness. The first method whose words stand in the prompt is taken.
 */
export const METHODS: readonly ScreeningMethod[] = [
  {
    name: 'contrarian',
    words: /dreman|contrarian|out of favou?r/i,
    isEligible: (share) => share.belowHigh <= -0.1 && record(share) > 0,
    strict: false,
    factors: [
      { weight: 3, of: (share) => -share.belowHigh },
      { weight: 1.5, of: record },
      { weight: 1, of: (share) => share.return1Month },
    ],
    why: (share) => [
      `${share.ticker} stands ${percent(share.belowHigh)} below its 52-week high although it is ${overFiveYears(share)}.`,
      `The last month is ${moved(share.return1Month)}, so the price carries more pessimism than the record.`,
    ],
  },
  {
    name: 'magic formula',
    words: /greenblatt|magic formula/i,
    isEligible: (share) => record(share) > 0,
    strict: false,
    factors: [
      { weight: 1, of: (share) => -share.aboveMean5Years },
      { weight: 1, of: (share) => record(share) / Math.max(share.volatility, 0.05) },
    ],
    why: (share) => [
      `${share.ticker} combines a price ${against(share.aboveMean5Years, 'its five-year mean')} with a record that is ${overFiveYears(share)} at ${percent(share.volatility)} volatility.`,
      'The sum of both ranks puts it near the top.',
    ],
  },
  {
    name: 'value',
    words: /graham|margin of safety|deep value|defensive investor|\bvalue\b/i,
    isEligible: (share) => share.deepestFall < 0.5,
    strict: false,
    factors: [
      { weight: 2, of: (share) => -share.aboveMean5Years },
      { weight: 2, of: (share) => -share.volatility },
      { weight: 2, of: (share) => -share.deepestFall },
    ],
    why: (share) => [
      `${share.ticker} trades ${against(share.aboveMean5Years, 'its five-year mean')}, ${share.aboveMean5Years < 0 ? 'which leaves a' : 'dear by that measure alone, with calm instead of a'} margin of safety.`,
      `It moved with ${percent(share.volatility)} annual volatility and fell at most ${percent(share.deepestFall)} in three years.`,
    ],
  },
  {
    name: 'growth at a reasonable price',
    words: /lynch|\bgarp\b|reasonable price/i,
    isEligible: (share) => record(share) > 0 && share.aboveMean200 < 0.15,
    strict: false,
    factors: [
      { weight: 2, of: record },
      { weight: 1.5, of: (share) => -Math.abs(share.aboveMean200) },
      { weight: 1, of: (share) => share.risingMonths },
    ],
    why: (share) => [
      `${share.ticker} is ${overFiveYears(share)} and rose in ${percent(share.risingMonths)} of its months.`,
      `It stands ${against(share.aboveMean200, 'its 200-day mean')}, so the growth is not yet paid for.`,
    ],
  },
  {
    name: 'leaders near their highs',
    words: /o['’]?neil|can ?slim|relative strength/i,
    isEligible: (share) => share.belowHigh > -0.15 && share.aboveMean200 > 0,
    strict: false,
    factors: [
      { weight: 2, of: (share) => share.return6Months },
      { weight: 2, of: (share) => share.belowHigh },
      { weight: 1, of: (share) => share.return12Months },
    ],
    why: (share) => [
      `${share.ticker} is ${moved(share.return6Months)} in six months and only ${percent(share.belowHigh)} below its 52-week high.`,
      `It stands ${against(share.aboveMean200, 'its 200-day mean')}, where leaders are found.`,
    ],
  },
  {
    name: 'dual momentum',
    words: /dual momentum|antonacci|absolute momentum|\bmomentum\b/i,
    isEligible: (share) => share.return12Months > 0,
    strict: true,
    factors: [{ weight: 1, of: (share) => share.return12Months }],
    why: (share) => [
      `${share.ticker} is ${moved(share.return12Months)} over twelve months: absolute momentum is positive.`,
      `It is ${moved(share.return6Months)} over six months, which settles its rank among the others.`,
    ],
  },
  {
    name: 'low volatility',
    words: /low[ -]?vol|minimum variance|low[ -]?risk/i,
    isEligible: () => true,
    strict: false,
    factors: [{ weight: 1, of: (share) => -share.volatility }],
    why: (share) => [
      `${share.ticker} moved with ${percent(share.volatility)} annual volatility, among the least of the universe.`,
      `Its deepest fall in three years was ${percent(share.deepestFall)}.`,
    ],
  },
  {
    name: 'quality',
    words: /buffett|quality|munger|moat|compounder/i,
    isEligible: (share) => record(share) > 0,
    strict: false,
    factors: [
      { weight: 2, of: (share) => share.risingMonths },
      { weight: 2, of: (share) => -share.deepestFall },
      { weight: 1, of: record },
    ],
    why: (share) => [
      `${share.ticker} rose in ${percent(share.risingMonths)} of its months and never fell more than ${percent(share.deepestFall)} in three years.`,
      `It is ${overFiveYears(share)}, which speaks for a lasting business.`,
    ],
  },
];

export const DEFAULT_METHOD: ScreeningMethod = {
  name: 'balanced',
  words: /(?:)/,
  isEligible: () => true,
  strict: false,
  factors: [
    { weight: 1, of: (share) => share.return12Months },
    { weight: 1, of: (share) => -share.volatility },
    { weight: 1, of: (share) => -share.aboveMean5Years },
  ],
  why: (share) => [
    `${share.ticker} is ${moved(share.return12Months)} over twelve months at ${percent(share.volatility)} volatility.`,
    `It trades ${against(share.aboveMean5Years, 'its five-year mean')}.`,
  ],
};

/** The method that a name means, else the one that most of the prompt's words speak for, else a balanced default. */
export function methodFor(name: string, prompt: string): ScreeningMethod {
  const named = METHODS.find((method) => method.words.test(name));
  if (named !== undefined) return named;
  const counted = METHODS.map((method) => ({
    method,
    hits: [...prompt.matchAll(new RegExp(method.words.source, 'gi'))].length,
  }));
  const best = counted.reduce((left, right) => (right.hits > left.hits ? right : left));
  return best.hits > 0 ? best.method : DEFAULT_METHOD;
}
