import type { DecimalString } from '../../domain/money/decimal.ts';
import type { Difference } from '../../domain/orders/compare-books.ts';
import type { OrderNews } from '../../domain/orders/order-news.ts';

/** The broker's own profit and loss of an account, US dollars; null where it does not tell a part. */
export interface BrokerProfit {
  /** Since the close of the day before. */
  readonly dailyUsd: DecimalString | null;
  readonly unrealizedUsd: DecimalString | null;
  /** Of the day. */
  readonly realizedUsd: DecimalString | null;
}

/** What a comparison of our journal with the broker's books found. */
export interface Reconciliation {
  readonly accountId: string;
  readonly accountName: string;
  /** When the broker told its books; ISO time. */
  readonly at: string;
  /** Fills of orders that folios did not place, which are now in our books as external. */
  readonly adopted: readonly OrderNews[];
  /** Orders of ours whose day is over and that the broker has no more. */
  readonly expired: readonly string[];
  /** Working orders at the broker that are not ours, as the broker describes them. */
  readonly external: readonly string[];
  /** What is left after everything the broker told was booked. None proves that both agree. */
  readonly differences: readonly Difference[];
  /** What the broker makes of the account, to be read beside `folios pnl`; null where it does not tell. */
  readonly profit: BrokerProfit | null;
  /** Whether this comparison has paused the account. */
  readonly paused: boolean;
}

export interface ReconcilableAccount {
  readonly accountId: string;
  readonly name: string;
}

export interface ReconcileActivities {
  /** The accounts to reconcile: one, by id or name, or all that take written tickets. INPUT_INVALID. */
  listReconcilable(input: { readonly account?: string }): Promise<readonly ReconcilableAccount[]>;
}

/** At the account's broker, by the process that owns the session. */
export interface DeskReconcileActivities {
  reconcileAccount(): Promise<Reconciliation>;
}
