import type { BrokerProfit } from '../contracts/activities/reconcile.ts';
import type { ErrorCode } from '../contracts/errors.ts';
import type { DecimalString } from '../domain/money/decimal.ts';
import type { Instrument } from '../domain/orders/instrument.ts';
import type { PlannedOrder } from '../domain/orders/order.ts';
import type { OrderEvent, OrderSide } from '../domain/orders/order-state.ts';

/** What every report of a broker about one order carries. */
interface OrderReport {
  /** The same for every repetition of this report, whatever connection brings it: reports are journaled once by it. */
  readonly key: string;
  readonly orderRef: string;
  /** The broker's permanent id of the order, where it has told it. */
  readonly brokerOrderId: string | null;
  readonly at: Date;
}

/** The order's state at the broker changed. */
export interface OrderStatusReport extends OrderReport {
  readonly kind: 'status';
  readonly event: OrderEvent;
  /** The broker's own word for it, such as `PreSubmitted`, and its reason or error code. */
  readonly brokerStatus: string;
  readonly reason: string | null;
  readonly filledQuantity: DecimalString;
  readonly remainingQuantity: DecimalString;
}

/** A part of the order, or of one leg of a combination, was traded. */
export interface ExecutionReport extends OrderReport {
  readonly kind: 'execution';
  /** The broker's execution id, unique for ever; a correction of an execution has an id of its own that names it. */
  readonly execId: string;
  readonly correctsExecId: string | null;
  readonly instrument: Instrument;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
}

/** What an execution cost, which brokers tell after it. */
export interface CommissionReport {
  readonly kind: 'commission';
  readonly key: string;
  readonly execId: string;
  readonly commissionUsd: DecimalString;
  readonly at: Date;
}

export type BrokerReport = OrderStatusReport | ExecutionReport | CommissionReport;

/** An order as the broker shows it when it is asked. */
export interface BrokerOrderView {
  /** Empty for an order that was made by hand at the broker. */
  readonly orderRef: string;
  readonly brokerOrderId: string;
  readonly brokerStatus: string;
  readonly isOpen: boolean;
  readonly side: OrderSide;
  /** The instrument's name as the broker writes it. */
  readonly description: string;
  readonly quantity: DecimalString;
  readonly filledQuantity: DecimalString;
  /**
   * The order's present state as the report that tells it, for whoever was away when it was told; under the same key.
   * Null for an order that was made by hand, and while the broker has neither taken nor refused it.
   */
  readonly report: OrderStatusReport | null;
}

export interface BrokerPosition {
  readonly instrument: Instrument;
  readonly quantity: DecimalString;
  readonly averageCost: DecimalString;
}

/** Everything a broker knows of an account, asked for in one go: what reconciliation compares with the journal. */
export interface BrokerStatement {
  readonly account: string;
  readonly openOrders: readonly BrokerOrderView[];
  readonly completedOrders: readonly BrokerOrderView[];
  /** Executions and commissions that the broker still tells, normally of the current day. */
  readonly reports: readonly BrokerReport[];
  readonly positions: readonly BrokerPosition[];
  readonly cashUsd: DecimalString;
  readonly at: Date;
}

/** What orders would cost in margin and commission, without placing them. */
export interface WhatIf {
  readonly initialMarginUsd: DecimalString;
  readonly maintenanceMarginUsd: DecimalString;
  readonly commissionUsd: DecimalString | null;
  /** What of the account's equity no margin ties up before the orders; null where the broker does not tell. */
  readonly availableUsd: DecimalString | null;
  readonly warning: string | null;
}

export type SessionState =
  /** Connected, reconciled with what it asked the broker, and taking orders. */
  | 'ready'
  | 'connecting'
  /** Connected to a gateway that has itself lost the broker. */
  | 'broker_unreachable'
  | 'closed';

/**
 * One process's session with a broker. A `BrokerError` with `effect: 'none'` changed
 * nothing at the broker; after any other failure nobody knows, and `statement` must be asked before it is repeated.
 */
export interface BrokerSession {
  readonly broker: 'paper' | 'ibkr';
  readonly simulated: boolean;
  readonly state: SessionState;
  /**
   * Places the orders of one placement together, parents before children: a child never works without its parent, and a
   * filled parent never stands without its children. Answers when the broker has taken all of them or refused one.
   * BROKER_NOT_READY (no effect) unless the session is ready.
   */
  place(account: string, orders: readonly PlannedOrder[]): Promise<readonly BrokerReport[]>;
  /** Changes a working order in place. */
  modify(
    account: string,
    orderRef: string,
    change: { limitPrice?: DecimalString; stopPrice?: DecimalString; quantity?: DecimalString },
  ): Promise<void>;
  /** Asks for the cancel; that it happened comes as a report. An order that is over already is no error. */
  cancel(account: string, orderRef: string): Promise<void>;
  statement(account: string): Promise<BrokerStatement>;
  whatIf(account: string, orders: readonly PlannedOrder[]): Promise<WhatIf>;
  /** Null where the broker keeps none, or does not answer. */
  profit(account: string): Promise<BrokerProfit | null>;
  /**
   * Every report in the order in which it came; those of `place` and `statement`, too. The listener may be called again
   * before it is done with what came first, and keeps the order.
   */
  onReports(listener: (reports: readonly BrokerReport[]) => Promise<void>): void;
  /** Called at each change of `state`, and once at once. */
  onState(listener: (state: SessionState) => void): void;
  close(): Promise<void>;
}

/** A failed call to a broker. `effect` is what matters most: `none` proves that the broker did nothing. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: ErrorCode;
  readonly effect: 'none' | 'unknown';
  /** The broker's own error number, where it gave one. */
  readonly brokerCode: number | null;

  constructor(
    message: string,
    facts: { code: ErrorCode; effect: 'none' | 'unknown'; brokerCode?: number | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = facts.code;
    this.effect = facts.effect;
    this.brokerCode = facts.brokerCode ?? null;
  }
}
