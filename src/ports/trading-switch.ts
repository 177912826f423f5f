import type { TradingMode } from '../domain/orders/trading-mode.ts';

/** One turn of the switch: for one account, or for all of them (`accountId: null`). */
export interface TradingModeChange {
  readonly accountId: string | null;
  readonly mode: TradingMode;
  readonly reason: string;
  /** Who turned it. */
  readonly by: string;
  readonly at: Date;
}

/** The kill switch: durable, and asked before every order. Every turn is kept. */
export interface TradingSwitch {
  /** TICKET_CONFLICT if there is no such account. */
  set(change: TradingModeChange): Promise<void>;
  /** The turn that counts for an account: its own or the one for all, whichever is stricter; null while both are normal. */
  restrictionOf(accountId: string): Promise<TradingModeChange | null>;
  /** The restrictions in force, that for all accounts first. */
  listRestrictions(): Promise<readonly TradingModeChange[]>;
}
