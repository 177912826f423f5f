import type { BrokerReport } from '../../ports/broker-session.ts';
import type { Connection } from './connection.ts';
import type { ContractSource, Contracts } from './contracts.ts';
import type { KnownOrders } from './known-orders.ts';
import type { IbkrLog } from './log.ts';
import type { OrderEvents } from './order-events.ts';
import type { OrderIdStore, OrderIds } from './order-ids.ts';
import type { Requests } from './requests.ts';
import type { Timers } from './timers.ts';

/** How long the session waits for the gateway. */
export interface Deadlines {
  /** For the first word about an order, a change or a cancel; then nobody knows. */
  readonly answerMs: number;
  /** For the end of an answer to a question. */
  readonly questionMs: number;
}

/** What operations on orders need: one connection that is ready, and what outlives it. */
export interface LiveSession {
  readonly clientId: number;
  readonly connection: Connection;
  readonly requests: Requests;
  readonly events: OrderEvents;
  readonly known: KnownOrders;
  readonly contracts: Contracts;
  readonly orderIds: OrderIds;
  readonly orderIdStore: OrderIdStore;
  readonly deadlines: Deadlines;
  readonly timers: Timers;
  readonly log: IbkrLog;
  /** Throws BROKER_NOT_READY unless this connection still takes orders. */
  assertReady(): void;
  /** The answers to some questions name no request: only one of those may be asked at a time. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
  /** Hears every report until the returned function is called. */
  tap(listener: (report: BrokerReport) => void): () => void;
}

export function contractSource({ connection, requests, deadlines }: LiveSession): ContractSource {
  return { connection, requests, deadlineMs: deadlines.questionMs };
}
