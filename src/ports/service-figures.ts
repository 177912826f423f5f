import type { DecimalString } from '../domain/money/decimal.ts';
import type { OrderState } from '../domain/orders/order-state.ts';
import type { TradingMode } from '../domain/orders/trading-mode.ts';
import type { ProviderName } from '../domain/research/provider.ts';
import type { TaskState } from '../domain/research/task-state.ts';
import type { BrokerName } from './trading-accounts.ts';

/** How the whole service stands, for whoever watches it. Only what is under way or waits is counted: it stays quick with years of orders. */
export interface ServiceFigures {
  /** Orders that are not over. */
  readonly openOrders: readonly { readonly broker: BrokerName; readonly state: OrderState; readonly count: number }[];
  /** Seconds since the oldest order that is with a broker, and of which nothing is known, was submitted; null for none. */
  readonly oldestDoubtSeconds: number | null;
  /** Provider jobs that have not ended. */
  readonly openTasks: readonly { readonly provider: ProviderName; readonly state: TaskState; readonly count: number }[];
  /** Reports of brokers that wait for a person. */
  readonly keptReports: number;
  readonly accounts: readonly { readonly broker: BrokerName; readonly mode: TradingMode; readonly count: number }[];
  /** Since midnight UTC. */
  readonly llmSpend: readonly {
    readonly provider: ProviderName;
    readonly costUsd: DecimalString;
    readonly calls: number;
  }[];
}

export interface ServiceFiguresSource {
  read(now: Date): Promise<ServiceFigures>;
}
