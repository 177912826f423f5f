import type { BrokerSession, BrokerStatement } from '../../ports/broker-session.ts';
import type { Clock } from '../../ports/clock.ts';
import { cancelOrder } from './cancel.ts';
import type { Connection } from './connection.ts';
import { followConnectivity } from './connectivity.ts';
import { createContracts } from './contracts.ts';
import { notReady, orderInvalid } from './failures.ts';
import { createKnownOrders } from './known-orders.ts';
import { keepConnected, type Link } from './link.ts';
import type { LiveSession } from './live-session.ts';
import type { IbkrLog } from './log.ts';
import { modifyOrder } from './modify.ts';
import { listenToOrders } from './order-events.ts';
import { createOrderIds, type OrderIdFloor, type OrderIdStore } from './order-ids.ts';
import { placeOrders } from './placement.ts';
import { askProfit } from './profit.ts';
import { createReportQueue } from './report-queue.ts';
import { createRequests } from './requests.ts';
import { createStateMachine } from './session-state.ts';
import { readStatement } from './statement.ts';
import type { Timers } from './timers.ts';
import { askWhatIf } from './what-if.ts';

export interface IbkrSessionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
  /** The accounts that folios trades through this gateway; the first statement of a connection reads them all. */
  readonly accounts: readonly string[];
  /** True where the gateway is our simulator or the account is a paper account. */
  readonly simulated: boolean;
  readonly nextOrderIdFloor: OrderIdFloor;
  readonly orderIds: OrderIdStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: IbkrLog;
  /** In [0, 1): jitter of reconnects. */
  readonly random: () => number;
  /** In which the gateway writes times that name no zone; New York without it. */
  readonly zoneOfGateway?: string;
  readonly patience?: Partial<Patience>;
}

/** Milliseconds that the session waits for the gateway. */
export interface Patience {
  /** From the connect to the next valid order id. */
  readonly connectMs: number;
  /** For the first word about an order, a change or a cancel; after it nobody knows. */
  readonly answerMs: number;
  /** For the end of the answer to one question. */
  readonly questionMs: number;
  readonly heartbeatMs: number;
  readonly heartbeatDeadlineMs: number;
}

export const DEFAULT_PATIENCE: Patience = {
  connectMs: 15_000,
  answerMs: 10_000,
  questionMs: 15_000,
  heartbeatMs: 10_000,
  heartbeatDeadlineMs: 5_000,
};

/**
 * A session with Interactive Brokers over one gateway. It connects at once and again after each loss, until it is closed,
 * and is ready only when a connection has its next order id and a first statement of every account was read on it. While
 * another program holds the client id, calls fail with BROKER_SESSION_CONFLICT (no effect) and it keeps trying.
 */
export function createIbkrSession(options: IbkrSessionOptions): BrokerSession {
  const parts = createParts(options);
  const { machine, reports } = parts;
  const link = connect(parts);
  const ofAccount = (account: string): LiveSession => {
    if (!options.accounts.includes(account)) throw orderInvalid(`account: ${account} is not one of this session`);
    return machine.requireReady();
  };
  return {
    broker: 'ibkr',
    simulated: options.simulated,
    get state() {
      return machine.state;
    },
    place: async (account, orders) => placeOrders(ofAccount(account), account, orders),
    modify: async (account, orderRef, change) => modifyOrder(ofAccount(account), orderRef, change),
    cancel: async (account, orderRef) => cancelOrder(ofAccount(account), orderRef),
    whatIf: async (account, orders) => askWhatIf(ofAccount(account), account, orders),
    profit: async (account) => askProfit(ofAccount(account).requests, account),
    statement: async (account) => readFrom(parts, ofAccount(account), account),
    onReports: reports.onReports,
    onState: machine.onState,
    async close() {
      machine.close();
      link.close(notReady('the session was closed'));
      await reports.drained();
    },
  };
}

/** What outlives the connections of one session. */
function createParts(options: IbkrSessionOptions) {
  return {
    options,
    patience: { ...DEFAULT_PATIENCE, ...options.patience },
    reports: createReportQueue(options.log),
    machine: createStateMachine(options.log, options.clientId),
    known: createKnownOrders(),
    contracts: createContracts(),
    orderIds: createOrderIds(options.nextOrderIdFloor),
    oneAtATime: createQueue(),
  };
}

type Parts = ReturnType<typeof createParts>;

function connect(parts: Parts): Link {
  const { options, patience, machine } = parts;
  const { clientId, timers, log, accounts } = options;
  const prepared = new WeakMap<Connection, LiveSession>();
  return keepConnected({
    ...{ host: options.host, port: options.port, clientId, timers, log, random: options.random },
    connectDeadlineMs: patience.connectMs,
    heartbeatMs: patience.heartbeatMs,
    heartbeatDeadlineMs: patience.heartbeatDeadlineMs,
    async prepare(connection) {
      const foreign = accounts.filter((account) => !connection.accounts.includes(account));
      // A statement of an account that the gateway does not have is empty, which would read as proof of absence.
      if (foreign.length > 0) throw notReady(`the gateway does not manage account ${foreign.join(', ')}`);
      const session = startLive(parts, connection);
      prepared.set(connection, session);
      followConnectivity(connection, log, {
        lost: () => machine.brokerReachable(false),
        readAgain: () => readAll(parts, session),
        back: () => machine.brokerReachable(true),
      });
      await readAll(parts, session);
    },
    onUp(connection) {
      const session = prepared.get(connection);
      if (session) machine.up(session);
    },
    onDown: machine.down,
  });
}

function startLive(parts: Parts, connection: Connection): LiveSession {
  const { options, patience, reports, machine, known, contracts, orderIds, oneAtATime } = parts;
  const { clientId, accounts, clock, timers, log } = options;
  orderIds.observe(connection.nextValidId);
  const zoneOfGateway = options.zoneOfGateway ?? 'America/New_York';
  const events = listenToOrders(connection, {
    ...{ clientId, accounts, known, zoneOfGateway, clock, timers, log, publish: reports.publish },
  });
  return {
    ...{ clientId, connection, events, known, contracts, orderIds, orderIdStore: options.orderIds },
    ...{ requests: createRequests(connection, timers), timers, log, oneAtATime, tap: reports.tap },
    deadlines: { answerMs: patience.answerMs, questionMs: patience.questionMs },
    assertReady: () => machine.requireConnection(connection),
  };
}

function readFrom({ options, reports, known }: Parts, session: LiveSession, account: string): Promise<BrokerStatement> {
  const { requests, deadlines, oneAtATime } = session;
  const source = { requests, known, questionMs: deadlines.questionMs, clock: options.clock, tap: reports.tap };
  return oneAtATime(() => readStatement(source, account));
}

async function readAll(parts: Parts, session: LiveSession): Promise<void> {
  for (const account of parts.options.accounts) await readFrom(parts, session, account);
}

/** Runs works one after the other; one that fails does not stop the next. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}
