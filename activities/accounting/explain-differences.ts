import { explainDifference, type HeldAction } from '../../src/domain/accounting/explain-difference.ts';
import { addDays } from '../../src/domain/market/market-date.ts';
import type { Difference } from '../../src/domain/orders/compare-books.ts';
import type { HeldPosition } from '../../src/domain/orders/exposure.ts';
import type { MarketClock } from '../../src/ports/clock.ts';
import type { MarketDataSources } from '../../src/ports/market-data.ts';
import { BrokerName, type TradingAccount } from '../../src/ports/trading-accounts.ts';

/** A dividend is paid some weeks after its ex-date. */
const LOOK_BACK_DAYS = 100;

interface ExplainingPorts {
  readonly account: TradingAccount;
  readonly marketData: MarketDataSources;
  readonly marketClock: MarketClock;
}

/**
 * Says of a difference with a real broker which corporate action of a share that we hold accounts for it. The look-up is a
 * help for people: where the price source does not answer, the difference stands without it.
 */
export async function explainDifferences(
  ports: ExplainingPorts,
  differences: readonly Difference[],
  held: readonly HeldPosition[],
): Promise<readonly Difference[]> {
  const isMovable = differences.some(({ kind }) => kind === 'position' || kind === 'cash');
  if (ports.account.broker === BrokerName.paper || !isMovable) return differences;
  const actions = await recentActions(ports, held);
  return differences.map((one) => {
    const explanation = explainDifference(one, actions);
    return explanation === null ? one : { ...one, explanation };
  });
}

async function recentActions(
  { account, marketData, marketClock }: ExplainingPorts,
  held: readonly HeldPosition[],
): Promise<readonly HeldAction[]> {
  const actions: HeldAction[] = [];
  try {
    const today = await marketClock.today(account.priceSource);
    const source = marketData.source(account.priceSource);
    for (const { instrument, quantity } of held) {
      if (instrument.kind !== 'stock') continue;
      const { symbol } = instrument;
      const found = await source.corporateActions(symbol, addDays(today, -LOOK_BACK_DAYS), today).catch(() => []);
      actions.push(...found.map((action) => ({ symbol, quantity, action })));
    }
  } catch {
    return actions;
  }
  return actions;
}
