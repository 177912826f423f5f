import type { PriceSource } from '../contracts/schemas/strategy.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { DecimalString } from '../domain/money/decimal.ts';
import type { RiskLimits } from '../domain/orders/risk-limits.ts';

export const BrokerName = { paper: 'paper', ibkr: 'ibkr' } as const;
export type BrokerName = (typeof BrokerName)[keyof typeof BrokerName];

/** Where a TWS or IB Gateway takes connections, and the id under which folios trades there. */
export interface Gateway {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
}

/** An account as orders see it: who keeps it, and what it may do. The accounts of research runs are among them. */
export interface TradingAccount {
  readonly accountId: string;
  /** Unique; what people call it. A research account's is `strategy/provider`. */
  readonly name: string;
  readonly broker: BrokerName;
  /** The account's number at the broker; of a paper account its own id. */
  readonly brokerAccount: string;
  /** The research strategy whose runs alone trade it; null for an account that takes written tickets. */
  readonly strategyId: string | null;
  readonly priceSource: PriceSource;
  readonly limits: RiskLimits;
  /** The gateway of its own that an account at Interactive Brokers has; null for the service's. */
  readonly gateway: Gateway | null;
  readonly initialBalanceUsd: DecimalString;
  readonly openedOn: MarketDate;
  /** The last market day whose splits and dividends are in the books; what a real broker keeps, it adjusts itself. */
  readonly actionsAppliedTo: MarketDate;
  readonly createdAt: Date;
}

export interface NewTradingAccount {
  readonly name: string;
  readonly broker: BrokerName;
  /** The number at a real broker; left out for a paper account. */
  readonly brokerAccount?: string;
  readonly priceSource: PriceSource;
  /** Booked as the opening deposit. */
  readonly initialBalanceUsd: DecimalString;
  /** Where they differ from the defaults. */
  readonly limits?: Partial<RiskLimits>;
  /** Left out for the service's. */
  readonly gateway?: Gateway;
  readonly openedOn: MarketDate;
}

export interface TradingAccounts {
  /** Opens an account with its deposit booked, once by its name. TICKET_CONFLICT if the name or number is taken by another. */
  open(account: NewTradingAccount, at: Date): Promise<TradingAccount>;
  /** By id or name. */
  find(reference: string): Promise<TradingAccount | null>;
  /** By name. */
  list(): Promise<readonly TradingAccount[]>;
}
