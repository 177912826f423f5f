import type { CorporateAction, DueAction } from '../domain/accounting/corporate-actions.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';

/** A corporate action as it was booked to an account. */
export interface AppliedAction {
  readonly accountId: string;
  readonly symbol: string;
  readonly action: CorporateAction;
  /** Signed shares that were held before its ex-date. */
  readonly quantity: DecimalString;
  /** The dividend, or the cash in lieu of a fraction of a share; negative where a short position pays it. */
  readonly cashUsd: DecimalString;
}

/** Splits and dividends in the books of paper accounts: each booked once for an account. */
export interface CorporateActionBooks {
  /** The last market day whose corporate actions are in the account's books. TICKET_CONFLICT if there is no such account. */
  appliedTo(accountId: string): Promise<MarketDate>;
  /** Symbols of the shares that the account holds. */
  heldSymbols(accountId: string): Promise<readonly string[]>;
  /**
   * Books, in one transaction, what befell the shares that are held since the last market day that was applied, up to
   * `through`, and moves that day on. `symbols` are those whose actions were looked up: null, and nothing is written, where
   * the account holds another by now. Given again it changes nothing and returns none. TICKET_CONFLICT.
   */
  apply(
    accountId: string,
    due: {
      readonly symbols: readonly string[];
      readonly actions: readonly DueAction[];
      readonly through: MarketDate;
      readonly at: Date;
    },
  ): Promise<readonly AppliedAction[] | null>;
}
