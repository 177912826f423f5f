import type { IbkrLog } from '../../../src/adapters/ibkr/log.ts';
import { createIbkrSession, type Patience } from '../../../src/adapters/ibkr/session.ts';
import { systemTimers } from '../../../src/adapters/ibkr/timers.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import type { SimulatorLedger } from '../../../src/emulators/tws/control/ledger.ts';
import type { SimulatorMarket } from '../../../src/emulators/tws/market/simulator-market.ts';
import { startTwsSimulator, type TwsSimulator } from '../../../src/emulators/tws/simulator.ts';
import type { BrokerReport, BrokerSession, SessionState } from '../../../src/ports/broker-session.ts';
import { waitFor } from '../../factories/wait-for.ts';

export const ACCOUNT = 'DU1000001';
export const CLIENT = 11;
/** Short where a test waits for silence, long where it waits for an answer of a busy machine. */
const PATIENCE: Patience = {
  ...{ connectMs: 5_000, answerMs: 5_000, questionMs: 5_000, heartbeatMs: 60_000, heartbeatDeadlineMs: 500 },
};
export const DAY = '2026-11-20';
const PRICES: Readonly<Record<string, string>> = { KO: '60.00', PEP: '150.00' };

/** A market that stands still until the control endpoint moves it. */
export const market: SimulatorMarket = {
  firstDay: DAY,
  async quote(symbol) {
    const last = PRICES[symbol];
    if (last === undefined) return null;
    const [bid, ask] = [-0.01, 0.01].map((step) => (Number(last) + step).toFixed(2));
    return { bid: bid ?? last, ask: ask ?? last, last, close: last, bidSize: null, askSize: null };
  },
  async bars(symbol, from, to) {
    const close = PRICES[symbol];
    const bar = { day: DAY, open: close ?? '', high: close ?? '', low: close ?? '', close: close ?? '', volume: 1_000 };
    return close !== undefined && from <= DAY && DAY <= to ? [bar] : [];
  },
  indexBars: async () => [],
  search: async (text) => Object.keys(PRICES).filter((symbol) => symbol.startsWith(text)),
  volatility: () => 0.25,
};

/** A session with its memory and everything that it reported. */
export interface StandSession {
  readonly session: BrokerSession;
  readonly reports: BrokerReport[];
  readonly states: SessionState[];
  readonly events: (orderRef: string) => string[];
  until(state: SessionState): Promise<void>;
}

export interface OpenOptions {
  readonly clientId?: number;
  /** Of another gateway than the simulator. */
  readonly port?: number;
  readonly accounts?: readonly string[];
  readonly patience?: Partial<Patience>;
  readonly memory?: Memory;
}

export interface Stand {
  readonly simulator: TwsSimulator;
  /** Messages that @stoqey/ib could not decode; must stay empty. */
  readonly undecoded: object[];
  /** Puts messages that could not be decoded into `undecoded`. */
  readonly log: IbkrLog;
  open(options?: OpenOptions): StandSession;
  ready(options?: OpenOptions): Promise<StandSession>;
  control(path: string, body?: object): Promise<unknown>;
  ledger(): Promise<SimulatorLedger>;
  closeSessions(): Promise<void>;
  close(): Promise<void>;
}

/** What a session keeps where a crash does not reach it. */
export interface Memory {
  highest: number;
  readonly ids: Map<string, number>;
}

export const newMemory = (): Memory => ({ highest: 0, ids: new Map() });

export async function startStand(): Promise<Stand> {
  const simulator = await startTwsSimulator({ port: 0, controlPort: 0, stateFile: null, market, accounts: [ACCOUNT] });
  const undecoded: object[] = [];
  const open: BrokerSession[] = [];
  const shared = newMemory();
  const log: IbkrLog = {
    info: () => undefined,
    warn: () => undefined,
    error: (facts, message) => void (message.includes('decoded') && undecoded.push(facts)),
  };
  const control = async (path: string, body?: object): Promise<unknown> => {
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    const response = await fetch(`${simulator.url}/_control/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const openSession: Stand['open'] = ({
    clientId = CLIENT,
    port = simulator.port,
    accounts = [ACCOUNT],
    patience = {},
    memory = shared,
  } = {}) => {
    const session = createIbkrSession({
      ...{ host: '127.0.0.1', port, clientId, accounts, simulated: true, log },
      ...{ clock: { now: () => new Date() }, timers: systemTimers, random: () => 0.99 },
      nextOrderIdFloor: {
        read: async () => memory.highest,
        async write(id) {
          memory.highest = id;
        },
      },
      orderIds: {
        async save(entries) {
          for (const { orderRef, orderId } of entries) memory.ids.set(orderRef, orderId);
        },
        find: async (orderRef) => memory.ids.get(orderRef) ?? null,
      },
      patience: { ...PATIENCE, ...patience },
    });
    open.push(session);
    return watched(session);
  };
  return {
    simulator,
    undecoded,
    log,
    control,
    open: openSession,
    async ready(options) {
      const opened = openSession(options);
      await opened.until('ready');
      return opened;
    },
    ledger: async () => (await control('ledger')) as SimulatorLedger,
    async closeSessions() {
      for (const session of open.splice(0)) await session.close();
    },
    async close() {
      for (const session of open.splice(0)) await session.close();
      await simulator.close();
    },
  };
}

/** Keeps everything that a session reports. */
export function watched(session: BrokerSession): StandSession {
  const reports: BrokerReport[] = [];
  const states: SessionState[] = [];
  session.onReports(async (more) => void reports.push(...more));
  session.onState((state) => void states.push(state));
  return {
    session,
    reports,
    states,
    events: (orderRef) =>
      reports.flatMap((report) => {
        if (report.kind === 'commission' || report.orderRef !== orderRef) return [];
        return [report.kind === 'status' ? report.event : 'execution'];
      }),
    until: async (state) => void (await waitFor(`the session to be ${state}`, async () => session.state === state)),
  };
}

let tickets = 0;

/** Orders of a ticket of its own: a market order for ten shares of KO, and what is given. */
export function ticket(...orders: readonly Partial<PlannedOrder>[]): PlannedOrder[] {
  tickets += 1;
  return orders.map((order, index) => ({
    ...{ tradable: { kind: 'stock', symbol: 'KO' }, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' },
    ...{ orderRef: `t${tickets}/${index}`, role: 'single', parentRef: null, ocaGroup: null },
    ...order,
    ...(order.parentRef === undefined || order.parentRef === null
      ? {}
      : { parentRef: `t${tickets}/${order.parentRef}` }),
  }));
}
