import type { PlannedOrder } from '../../../domain/orders/order.ts';
import type { BrokerReport } from '../../../ports/broker-session.ts';
import type { PaperQuote, PaperSessionOptions } from '../paper-options.ts';
import type { PaperStore } from '../paper-store.ts';
import { createPaperSession, type PaperSession } from '../session.ts';
import { createMemoryPaperStore } from './memory-paper-store.ts';

export const FIRST_DAY = '2020-03-02';

/** A market, a store and what sessions on them have told. */
export interface PaperStand {
  day: string;
  /** By symbol; others are unknown. */
  readonly prices: Map<string, PaperQuote>;
  store: PaperStore;
  /** What all sessions have told, in order, as far as it was taken. */
  readonly reports: BrokerReport[];
  readonly errors: string[];
  /** Called before a report is taken; may fail. */
  onReport: (report: BrokerReport) => Promise<void>;
  /** A session that is on its way. */
  start(change?: Partial<PaperSessionOptions>): PaperSession;
  /** A session that is ready. */
  open(change?: Partial<PaperSessionOptions>): Promise<PaperSession>;
}

/** KO at 60 and PEP at 150, without a spread. */
export function createPaperStand(): PaperStand {
  const stand: PaperStand = {
    day: FIRST_DAY,
    prices: new Map([
      ['KO', at('60')],
      ['PEP', at('150')],
    ]),
    store: createMemoryPaperStore(),
    reports: [],
    errors: [],
    onReport: async () => undefined,
    start(change = {}) {
      const market = {
        today: async () => stand.day,
        quote: async ({ symbol, kind }: { symbol: string; kind: string }) =>
          kind === 'stock' ? (stand.prices.get(symbol) ?? null) : null,
      };
      const session = createPaperSession({
        account: async (name) => (name.startsWith('paper') ? { openingCashUsd: '100000', market } : null),
        ...{ store: stand.store, seed: 7, clock: { now: () => new Date('2026-11-21T15:00:00Z') } },
        log: { error: (_facts, message) => void stand.errors.push(message) },
        ...change,
      });
      session.onReports(async (reports) => {
        for (const report of reports) {
          await stand.onReport(report);
          stand.reports.push(report);
        }
      });
      return session;
    },
    async open(change) {
      const session = stand.start(change);
      await untilReady(session);
      return session;
    },
  };
  return stand;
}

/** The same bid, ask and last. */
export function at(price: string, size: number | null = null): PaperQuote {
  return { bid: price, ask: price, last: price, bidSize: size, askSize: size };
}

export function untilReady(session: PaperSession): Promise<void> {
  return new Promise((done) => session.onState((state) => state === 'ready' && done()));
}

/** A market order for ten shares of KO, changed. */
export function order(orderRef: string, change: Partial<PlannedOrder> = {}): PlannedOrder {
  return {
    ...{ tradable: { kind: 'stock', symbol: 'KO' }, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' },
    ...{ orderRef, role: 'single', parentRef: null, ocaGroup: null },
    ...change,
  };
}
