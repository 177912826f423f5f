import { isMarketDate, type MarketDate } from '../market/market-date.ts';
import { TICKER_PATTERN } from '../market/ticker.ts';
import { type Instrument, instrumentKey, type Tradable } from './instrument.ts';
import { type OrderProblem, pathOf, positiveAt, quoted } from './order-problem.ts';
import { type Combo, MAX_COMBO_LEGS } from './ticket.ts';

/** Mistakes in what an order trades, as of the day in New York: an option can be traded on the day it expires, not after. */
export function validateTradable(tradable: Tradable, path: string, asOf: MarketDate): readonly OrderProblem[] {
  return tradable.kind === 'combo' ? validateCombo(tradable, path, asOf) : validateInstrument(tradable, path, asOf);
}

function validateInstrument(instrument: Instrument, path: string, asOf: MarketDate): readonly OrderProblem[] {
  const problems = symbolProblems(instrument.symbol, path);
  if (instrument.kind === 'stock') return problems;
  const { expiration, strike, multiplier } = instrument;
  const at = pathOf(path, 'expiration');
  if (!isMarketDate(expiration)) problems.push({ path: at, message: `${quoted(expiration)} is not a day` });
  else if (expiration < asOf) problems.push({ path: at, message: `expired on ${expiration}; today is ${asOf}` });
  positiveAt(strike, pathOf(path, 'strike'), problems);
  positiveAt(multiplier, pathOf(path, 'multiplier'), problems);
  return problems;
}

function validateCombo(combo: Combo, path: string, asOf: MarketDate): readonly OrderProblem[] {
  const problems = symbolProblems(combo.symbol, path);
  const { legs } = combo;
  if (legs.length < 2 || legs.length > MAX_COMBO_LEGS) {
    const message = `a combination has 2 to ${MAX_COMBO_LEGS} legs, not ${legs.length}`;
    return [...problems, { path: pathOf(path, 'legs'), message }];
  }
  const seen = new Map<string, number>();
  legs.forEach((leg, index) => {
    const at = pathOf(path, `legs[${index}]`);
    problems.push(...validateInstrument(leg.instrument, pathOf(at, 'instrument'), asOf));
    if (!Number.isSafeInteger(leg.ratio) || leg.ratio < 1) {
      problems.push({ path: pathOf(at, 'ratio'), message: `must be a whole number of at least 1, not ${leg.ratio}` });
    }
    const key = instrumentKey(leg.instrument);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else problems.push({ path: at, message: `trades ${quoted(key)}, as legs[${first}] does` });
  });
  return problems;
}

function symbolProblems(symbol: string, path: string): OrderProblem[] {
  if (TICKER_PATTERN.test(symbol)) return [];
  return [{ path: pathOf(path, 'symbol'), message: `${quoted(symbol)} is not a symbol` }];
}
