import { errorCodeOf } from '../../src/contracts/errors.ts';
import type { DueAction } from '../../src/domain/accounting/corporate-actions.ts';
import { addDays, type MarketDate } from '../../src/domain/market/market-date.ts';
import type { MarketData } from '../../src/ports/market-data.ts';

/**
 * What befell these shares after the day `after`, up to the day `through`, oldest first, each with the price of its ex-date.
 * A symbol that the source does not know has none. QUOTE_UNAVAILABLE where the source cannot say at the moment.
 */
export async function dueActions(
  source: MarketData,
  symbols: readonly string[],
  { after, through }: { readonly after: MarketDate; readonly through: MarketDate },
): Promise<readonly DueAction[]> {
  const due: DueAction[] = [];
  for (const symbol of symbols) {
    for (const action of await actionsOf(source, symbol, addDays(after, 1), through)) {
      due.push({ symbol, action, priceUsd: (await source.quote(symbol, action.exDate)).price });
    }
  }
  return due.toSorted((one, other) => (one.action.exDate < other.action.exDate ? -1 : 1));
}

async function actionsOf(source: MarketData, symbol: string, from: MarketDate, to: MarketDate) {
  try {
    return await source.corporateActions(symbol, from, to);
  } catch (error) {
    if (errorCodeOf(error) === 'TICKER_UNKNOWN') return [];
    throw error;
  }
}
