import { actionsDay } from '../../src/domain/accounting/actions-day.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { AppliedAction, CorporateActionBooks } from '../../src/ports/corporate-actions.ts';
import { isLive, type MarketDataSources } from '../../src/ports/market-data.ts';
import { BrokerName, type TradingAccount } from '../../src/ports/trading-accounts.ts';
import { dueActions } from './due-actions.ts';

export interface ActionPorts {
  readonly corporateActions: CorporateActionBooks;
  readonly marketData: MarketDataSources;
  readonly clock: Clock;
}

/** How often the books may change between the look at them and the booking. */
const MAX_TRIES = 5;

/**
 * Books the splits and dividends of a paper account's shares that can be known on the market's day `today`, each once; what a real broker
 * keeps, it adjusts itself. QUOTE_UNAVAILABLE and others: then nothing was booked, and asking again is harmless.
 */
export async function applyDueActions(
  { corporateActions, marketData, clock }: ActionPorts,
  account: Pick<TradingAccount, 'accountId' | 'broker' | 'priceSource'>,
  today: MarketDate,
): Promise<readonly AppliedAction[]> {
  const { accountId, broker, priceSource } = account;
  if (broker !== BrokerName.paper) return [];
  const through = actionsDay(isLive(marketData, priceSource), today, clock.now().getTime());
  const after = await corporateActions.appliedTo(accountId);
  if (through <= after) return [];
  const source = marketData.source(priceSource);
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const symbols = await corporateActions.heldSymbols(accountId);
    const actions = await dueActions(source, symbols, { after, through });
    const applied = await corporateActions.apply(accountId, { symbols, actions, through, at: clock.now() });
    if (applied !== null) return applied;
  }
  throw new Error(`the holdings of account ${accountId} changed whenever its splits and dividends were to be booked`);
}
