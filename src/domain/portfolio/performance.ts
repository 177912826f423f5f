import { type Dec, type DecimalString, dec } from '../money/decimal.ts';

/** Percent with two decimals, half up, and never `-0.00`. */
function percent(ratio: Dec): DecimalString {
  const text = ratio.times(100).toFixed(2);
  return text === '-0.00' ? '0.00' : text;
}

function growth(start: DecimalString, end: DecimalString): Dec {
  if (dec(start).lessThanOrEqualTo(0)) throw new Error(`a return needs a positive start, not ${start}`);
  return dec(end).minus(start).dividedBy(start);
}

/** Simple return from `start` to `end` in percent, two decimals, e.g. `12.34` or `-3.10`. Throws unless start > 0. */
export function returnPercent(start: DecimalString, end: DecimalString): DecimalString {
  return percent(growth(start, end));
}

export interface Performance {
  readonly returnPercent: DecimalString;
  /** Null where the market data has no index. */
  readonly benchmarkPercent: DecimalString | null;
  /** Percentage points above the index. */
  readonly excessPercent: DecimalString | null;
  /** The return if the account had paid for its own LLM calls. */
  readonly costAdjustedReturnPercent: DecimalString;
}

/** A portfolio's return beside the index over the same window; each figure is rounded by itself from exact values. */
export function compare(input: {
  readonly initialUsd: DecimalString;
  readonly totalUsd: DecimalString;
  readonly llmCostUsd: DecimalString;
  readonly benchmarkStart: DecimalString | null;
  readonly benchmarkEnd: DecimalString | null;
}): Performance {
  const own = growth(input.initialUsd, input.totalUsd);
  const { benchmarkStart, benchmarkEnd } = input;
  const index = benchmarkStart === null || benchmarkEnd === null ? null : growth(benchmarkStart, benchmarkEnd);
  return {
    returnPercent: percent(own),
    benchmarkPercent: index === null ? null : percent(index),
    excessPercent: index === null ? null : percent(own.minus(index)),
    costAdjustedReturnPercent: percent(own.minus(dec(input.llmCostUsd).dividedBy(input.initialUsd))),
  };
}
