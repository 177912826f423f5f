import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import { dec } from '../../domain/money/decimal.ts';
import type { RiskLimits } from '../../domain/orders/risk-limits.ts';

const MOST_POSITIONS = 10_000;

/** Adds the limits of the risk gate that an account can be opened with. */
export function withLimitOptions(command: Command): Command {
  return command
    .option('--max-order <usd>', 'the most that one order may be worth', usd)
    .option('--max-delta <usd>', 'the most that the deltas of all positions may sum up to, either way', usd)
    .option('--max-allocation <percent>', 'of the account’s value, how much may be in positions (default: 80)', percent)
    .option('--max-price-deviation <percent>', 'how far a price may be from the last quote (default: 20)', percent)
    .option('--max-positions <count>', 'positions in all (default: 20)', count)
    .option('--max-positions-per-symbol <count>', 'positions in one symbol (default: 2)', count);
}

/** The limits that were named; the others stay at their defaults. */
export function limitsOf(options: Readonly<Record<string, unknown>>): Partial<RiskLimits> {
  const named = {
    maxOrderNotionalUsd: options.maxOrder,
    maxPortfolioDeltaUsd: options.maxDelta,
    maxAllocationPercent: options.maxAllocation,
    maxPriceDeviationPercent: options.maxPriceDeviation,
    maxPositions: options.maxPositions,
    maxPositionsPerSymbol: options.maxPositionsPerSymbol,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Partial<RiskLimits>;
}

function usd(text: string): string {
  if (/^\d{1,12}(\.\d{1,2})?$/.test(text)) return text;
  throw new FoliosError('INPUT_INVALID', `a limit in dollars is such as 50000 or 2500.50, not "${text}"`);
}

function percent(text: string): string {
  if (/^\d{1,4}(\.\d{1,2})?$/.test(text) && dec(text).gt(0)) return text;
  throw new FoliosError('INPUT_INVALID', `a limit in percent is a number above zero such as 80, not "${text}"`);
}

function count(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MOST_POSITIONS) return number;
  const message = `a limit of positions is a whole number from 1 to ${MOST_POSITIONS}, not "${text}"`;
  throw new FoliosError('INPUT_INVALID', message);
}
