import type { AlertBooks } from '../../src/ports/alerts.ts';
import type { BrokerSession } from '../../src/ports/broker-session.ts';
import type { Clock, MarketClock } from '../../src/ports/clock.ts';
import type { CorporateActionBooks } from '../../src/ports/corporate-actions.ts';
import type { MarketDataSources } from '../../src/ports/market-data.ts';
import type { OrderJournal } from '../../src/ports/order-journal.ts';
import type { Quotes } from '../../src/ports/quotes.ts';
import type { TradingAccount, TradingAccounts } from '../../src/ports/trading-accounts.ts';
import type { TradingSwitch } from '../../src/ports/trading-switch.ts';
import type { RecordReports } from './report-recorder.ts';

/** What a ticket's steps on our own books work with. */
export interface OrderPorts {
  readonly accounts: TradingAccounts;
  readonly journal: OrderJournal;
  readonly tradingSwitch: TradingSwitch;
  readonly quotes: Quotes;
  readonly marketData: MarketDataSources;
  readonly corporateActions: CorporateActionBooks;
  readonly marketClock: MarketClock;
  readonly clock: Clock;
  /** Runs `work` while nobody else reads the account's books in order to change them. */
  withAccount<T>(accountId: string, work: () => Promise<T>): Promise<T>;
  /** Who keeps the account, and whether that is simulated, as people read it. */
  venueOf(account: TradingAccount): string;
}

/** What the owner of one account's broker session works with besides. */
export interface DeskPorts extends OrderPorts {
  readonly account: TradingAccount;
  readonly session: BrokerSession;
  readonly alerts: Pick<AlertBooks, 'raise'>;
  readonly recordReports: RecordReports;
  /** Milliseconds after a submit in which its trace may still be on its way to the broker's books. */
  readonly quietPeriodMs: number;
  /** Of the crash harness alone: takes every order for absent without a look, the mistake that the harness must catch. */
  readonly plantedBug?: 'resubmit_without_reconcile';
}
