import type { PortfolioSnapshotSummary } from '../../src/contracts/activities/research.ts';
import type { DecimalString } from '../../src/domain/money/decimal.ts';
import { type Instrument, instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { Clock, MarketClock } from '../../src/ports/clock.ts';
import type { OrderJournal } from '../../src/ports/order-journal.ts';
import type { Quotes } from '../../src/ports/quotes.ts';
import type { PortfolioRepository } from '../../src/ports/repositories.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';

export interface ValuationPorts {
  readonly portfolio: Pick<PortfolioRepository, 'value'>;
  readonly journal: Pick<OrderJournal, 'exposure'>;
  readonly quotes: Pick<Quotes, 'quote'>;
  readonly marketClock: MarketClock;
  readonly clock: Clock;
}

/**
 * Values an account of written tickets at the last prices of the day on which its market stands, and keeps the day's
 * snapshot. What has no price now keeps its last mark: a broker that is away must not leave a hole in the curve.
 */
export async function valueTradingAccount(
  { portfolio, journal, quotes, marketClock, clock }: ValuationPorts,
  account: TradingAccount,
): Promise<PortfolioSnapshotSummary> {
  const { accountId, priceSource } = account;
  const marketDate = await marketClock.today(priceSource);
  const { positions } = await journal.exposure(accountId, clock.now());
  const prices = new Map<string, DecimalString>();
  for (const { instrument } of positions) {
    const price = await lastPrice(quotes, account, instrument);
    if (price !== null) prices.set(instrumentKey(instrument), price);
  }
  const { totalUsd } = await portfolio.value({ accountId, marketDate, prices, takenAt: clock.now() });
  return { accountId, marketDate, totalUsd };
}

async function lastPrice(quotes: Pick<Quotes, 'quote'>, account: TradingAccount, instrument: Instrument) {
  try {
    return (await quotes.quote(account, instrument))?.last ?? null;
  } catch {
    return null;
  }
}
