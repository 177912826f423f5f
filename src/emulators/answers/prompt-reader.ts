import { isMarketDate, type MarketDate } from '../../domain/market/market-date.ts';

/** What the lines of our prompts' frame say. */
export interface Frame {
  readonly method: string;
  readonly asOf: MarketDate;
  readonly universe: readonly string[];
  readonly holdings: ReadonlyMap<string, string>;
}

const TICKER = /^[A-Z][A-Z0-9.-]{0,9}$/;
const HOLDING = /^([A-Z][A-Z0-9.-]{0,9})\s+(\d+(?:\.\d+)?)$/;

/**
 * Finds the frame in a prompt: the first block of lines (blocks end at an empty line) with a line that begins with
 * `As of:` and one that begins with `Universe:`; `Investment method:` and `Holdings:` stand in the same block. What other
 * blocks say cannot pose as it. Null without a real day and at least one ticker.
 */
export function readFrame(prompt: string): Frame | null {
  for (const block of prompt.replaceAll('\r\n', '\n').split(/\n[ \t]*\n/)) {
    const asOf = lineAfter(block, 'As of');
    const universe = splitList(lineAfter(block, 'Universe')).filter((ticker) => TICKER.test(ticker));
    if (asOf === null || !isMarketDate(asOf) || universe.length === 0) continue;
    const method = lineAfter(block, 'Investment method') ?? '';
    return { method, asOf, universe: [...new Set(universe)], holdings: readHoldings(lineAfter(block, 'Holdings')) };
  }
  return null;
}

function readHoldings(text: string | null): ReadonlyMap<string, string> {
  const holdings = new Map<string, string>();
  for (const entry of splitList(text)) {
    const [, ticker, quantity] = HOLDING.exec(entry) ?? [];
    if (ticker !== undefined && quantity !== undefined && Number(quantity) > 0) holdings.set(ticker, quantity);
  }
  return holdings;
}

function lineAfter(block: string, label: string): string | null {
  const line = block.split('\n').find((one) => one.startsWith(`${label}:`));
  const text = line?.slice(label.length + 1).trim();
  return text === undefined || text === '' ? null : text;
}

function splitList(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
