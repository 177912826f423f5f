import { MarketDataType } from '@stoqey/ib';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { Instrument, Tradable } from '../../domain/orders/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OptionMarket } from '../../ports/option-market.ts';
import { createKeptAnswers } from '../market-data/kept-answers.ts';
import type { Connection } from './connection.ts';
import { followConnectivity } from './connectivity.ts';
import { type ContractSource, createContracts } from './contracts.ts';
import { askDailyBars, type DailyBar } from './daily-bars.ts';
import { notReady } from './failures.ts';
import { indexContract, type MarketIndex } from './ib-contract.ts';
import { keepConnected } from './link.ts';
import { askGreeks, askQuote } from './live-quotes.ts';
import type { IbkrLog } from './log.ts';
import { askOptionChain } from './option-chain.ts';
import { createPacer, HISTORY_PER_TEN_MINUTES, Priority } from './pacing.ts';
import type { LiveQuote } from './quote-ticks.ts';
import { createRequests } from './requests.ts';
import { DEFAULT_PATIENCE, type Patience } from './session.ts';
import { askSymbols } from './symbol-search.ts';
import type { Timers } from './timers.ts';

const QUOTE_KEPT_MS = 100;

export interface IbkrMarketDataOptions {
  readonly host: string;
  readonly port: number;
  /** Its own: prices must not stand between an order and the wire. */
  readonly dataClientId: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: IbkrLog;
  /** In [0, 1): jitter of reconnects. */
  readonly random: () => number;
  readonly patience?: Partial<Patience>;
}

/**
 * Live prices, option chains, Greeks, history and symbols of Interactive Brokers. Every call fails with
 * BROKER_NOT_READY while there is no connection, BROKER_REJECTED where the gateway refuses, BROKER_UNAVAILABLE where it is
 * silent, ORDER_INVALID for an unknown instrument; none has an effect at the broker.
 */
export interface IbkrMarketData extends OptionMarket {
  readonly isConnected: boolean;
  /** The prices of now of a share, an option or a combination; QUOTE_UNAVAILABLE where there is neither of them. */
  quote(tradable: Tradable): Promise<LiveQuote>;
  /** Daily bars adjusted for splits, oldest first, `from` and `to` inclusive; that of a session under way is as far as it is. */
  dailyBars(of: Instrument | MarketIndex, from: MarketDate, to: MarketDate): Promise<readonly DailyBar[]>;
  /** Called at each change of `isConnected`, and once at once. */
  onConnected(listener: (isConnected: boolean) => void): void;
  close(): Promise<void>;
}

export function createIbkrMarketData(options: IbkrMarketDataOptions): IbkrMarketData {
  const { host, port, dataClientId, clock, timers, log, random } = options;
  const patience = { ...DEFAULT_PATIENCE, ...options.patience };
  const contracts = createContracts();
  // A quote costs two of the forty messages a second: those who trade the same at once share one.
  const quotes = createKeptAnswers<LiveQuote>(clock, QUOTE_KEPT_MS);
  const history = createPacer(HISTORY_PER_TEN_MINUTES, timers);
  const listeners: ((isConnected: boolean) => void)[] = [];
  let current: ContractSource | null = null;

  const become = (source: ContractSource | null) => {
    current = source;
    for (const listener of [...listeners]) listener(source !== null);
  };
  const source = (): ContractSource => {
    if (!current) throw notReady(`market data: not connected to Interactive Brokers at ${host}:${port}`);
    return current;
  };
  const link = keepConnected({
    ...{ host, port, clientId: dataClientId, timers, log, random, connectDeadlineMs: patience.connectMs },
    heartbeatMs: patience.heartbeatMs,
    heartbeatDeadlineMs: patience.heartbeatDeadlineMs,
    // Delayed prices where the account has no live ones: better than none, and they say that they are.
    prepare: (connection) => connection.send(Priority.query, (ib) => ib.reqMarketDataType(MarketDataType.DELAYED)),
    onUp(connection: Connection) {
      const ready = { connection, requests: createRequests(connection, timers), deadlineMs: patience.questionMs };
      // A gateway without its broker would answer with the prices it saw last.
      followConnectivity(connection, log, {
        ...{ lost: () => become(null), readAgain: () => Promise.resolve(), back: () => become(ready) },
      });
      become(ready);
    },
    onDown: () => become(null),
  });

  return {
    get isConnected() {
      return current !== null;
    },
    async quote(tradable) {
      const now = source();
      return quotes.ask(JSON.stringify(tradable), async () => {
        const { contract } = await contracts.qualify(now, tradable);
        return askQuote({ ...source(), clock, timers }, contract);
      });
    },
    async greeks(option) {
      const { contract } = await contracts.qualify(source(), option);
      return askGreeks({ ...source(), clock, timers }, contract);
    },
    optionChain: async (symbol) => askOptionChain(source(), symbol),
    async dailyBars(of, from, to) {
      const contract = of.kind === 'index' ? indexContract(of) : (await contracts.qualify(source(), of)).contract;
      await new Promise<void>((resolve) => history.submit(Priority.query, resolve));
      return askDailyBars(source(), contract, { from, to, now: clock.now() });
    },
    searchSymbols: async (text) => askSymbols(source(), text),
    onConnected(listener) {
      listeners.push(listener);
      listener(current !== null);
    },
    async close() {
      link.close(notReady('market data: closed'));
      history.clear();
      become(null);
    },
  };
}
