import type { MarketDate } from '../market/market-date.ts';
import type { MarketRow } from '../market/statistics.ts';
import { dec } from '../money/decimal.ts';
import type { PromptPortfolio } from './method-context.ts';
import { cleanUntrustedText } from './untrusted-text.ts';

export interface Prompt {
  readonly system: string;
  readonly prompt: string;
}

const MAX_PREVIOUS_ANSWER_LENGTH = 4000;
const MAX_PROBLEMS = 30;
const MAX_PROBLEM_LENGTH = 300;

const SYSTEM = [
  'You are the research analyst of one equity portfolio and apply the investment method that you are given, faithfully.',
  'You know nothing that happened after the date in the line "As of:"; never use later prices, results or events.',
  'Prices and statistics come from the market table. Fundamentals are not in it: use what you remember as of that date,',
  'say in the rationale when a judgement rests on memory, and do not invent precise figures.',
  'Your answer is one JSON object and nothing else.',
].join('\n');

/** Names every field of `recommendationAnswerSchema` and every rule of `validateRecommendations`. */
const ANSWER_INSTRUCTIONS = `## Your answer
Answer with one JSON object of this form, without prose or code fences around it:
{"recommendations": [{"ticker": "…", "action": "BUY", "entry_price": 0, "target_price": 0, "stop_loss": 0, "allocation_percent": 0, "rationale": "…"}]}
- recommendations: at least one, each ticker at most once.
- ticker: exactly as it stands in the universe.
- action: BUY, SELL or HOLD. BUY opens or adds, SELL reduces or closes a holding, HOLD changes nothing. There is no short selling.
- entry_price, target_price, stop_loss: positive numbers, US dollars a share. For a BUY: stop_loss < entry_price < target_price.
- allocation_percent: 0 to 100, a percentage of the portfolio's total value. BUY: how much to invest, above 0. SELL: how much to sell, 0 closes the holding. HOLD: what you would keep.
- All allocation_percent values together are at most 100.
- rationale: two sentences at most, plain text.`;

/**
 * The frame around a rendered method. The first lines (`Investment method:`, `As of:`, `Universe:` and, with positions,
 * `Holdings:`) have a fixed form that our emulators read too; they come first and end at the first empty line, so that
 * nothing that a method says can pose as them.
 */
export function buildPrompt(input: {
  readonly strategyName: string;
  readonly methodText: string;
  readonly asOf: MarketDate;
  readonly universe: readonly string[];
  readonly portfolio: PromptPortfolio;
  readonly market: readonly MarketRow[];
}): Prompt {
  const { portfolio } = input;
  const holdings = portfolio.positions.map(({ ticker, quantity }) => `${ticker} ${dec(quantity).toFixed()}`).join(', ');
  const facts = [
    `Investment method: ${cleanUntrustedText(input.strategyName, 120)}`,
    `As of: ${input.asOf}`,
    `Universe: ${input.universe.join(', ')}`,
    ...(holdings === '' ? [] : [`Holdings: ${holdings}`]),
    `Portfolio: cash ${portfolio.cashUsd} USD, total value ${portfolio.totalUsd} USD`,
  ];
  const sections = [
    facts.join('\n'),
    `## Method\n${input.methodText.trim()}`,
    `## Market\n${marketTable(input.market)}`,
    ANSWER_INSTRUCTIONS,
  ];
  return { system: SYSTEM, prompt: `${sections.join('\n\n')}\n` };
}

/**
 * Asks again after an answer that could not be used: the same question, what was wrong, and the answer, cut at 4,000
 * characters. The answer is quoted line by line, so that no line of it can pass for a part of the question.
 */
export function buildRepairPrompt(original: Prompt, previousAnswer: string, problems: readonly string[]): Prompt {
  const cut = previousAnswer.slice(0, MAX_PREVIOUS_ANSWER_LENGTH).toWellFormed();
  const quoted = cut.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map((line) => `> ${line}`);
  if (previousAnswer.length > cut.length) quoted.push('> … (cut)');
  const listed = problems.slice(0, MAX_PROBLEMS).map((one) => `- ${cleanUntrustedText(one, MAX_PROBLEM_LENGTH)}`);
  if (problems.length > MAX_PROBLEMS) listed.push(`- and ${problems.length - MAX_PROBLEMS} more`);
  const repair = [
    '## Your previous answer was not valid',
    'Its problems:',
    ...listed,
    'It was:',
    ...quoted,
    'Answer the whole question again, in the form that is asked for above, with every problem corrected.',
  ];
  return { system: original.system, prompt: `${original.prompt.trimEnd()}\n\n${repair.join('\n')}\n` };
}

function marketTable(rows: readonly MarketRow[]): string {
  const lines = rows.map((row) =>
    [
      row.ticker,
      row.price,
      cell(row.return1mPercent),
      cell(row.return6mPercent),
      cell(row.return12mPercent),
      row.high52w,
      row.low52w,
      cell(row.volatilityPercent),
      cell(row.maxDrawdown1yPercent),
    ].join(' | '),
  );
  return [
    'Adjusted closes. Prices in US dollars; returns over 21, 126 and 252 trading days; annualised volatility and largest fall over one year.',
    'ticker | price | 1m return % | 6m return % | 12m return % | 52w high | 52w low | volatility % | max drawdown 1y %',
    ...lines,
  ].join('\n');
}

function cell(value: number | null): string {
  return value === null ? 'n/a' : value.toFixed(1);
}
