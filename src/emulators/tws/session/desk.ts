import type { MarketDate } from '../../../domain/market/market-date.ts';
import { dec } from '../../../domain/money/decimal.ts';
import { Exchange } from '../book/exchange.ts';
import { valuationOf } from '../book/margin.ts';
import { OrderStore } from '../book/order-store.ts';
import type { BookEvent, SimExecution, SimOrder } from '../book/sim-order.ts';
import { ContractDirectory } from '../contracts/directory.ts';
import { type SimContract, stockContract } from '../contracts/sim-contract.ts';
import { FaultBoard } from '../control/faults.ts';
import { QuoteBoard } from '../market/quote-board.ts';
import type { MarketQuote, SimulatorMarket } from '../market/simulator-market.ts';
import { emptyState, type JournalEntry, JournalFile } from '../state/journal-file.ts';
import { commissionFields, errorFields, execDetailsFields, orderStatusFields } from '../wire/messages.ts';
import { openOrderFields } from '../wire/order-writer.ts';
import type { Connection } from './connection.ts';

export interface DeskOptions {
  readonly market: SimulatorMarket;
  readonly accounts: readonly string[];
  readonly startingCashUsd: string;
  readonly clock: () => Date;
  readonly stateFile: string | null;
  /** Begins execution ids and permanent ids; kept in the state file. */
  readonly instance: string;
}

/** The whole simulator without its sockets: books, prices, contracts and who listens. */
export class Desk {
  readonly options: DeskOptions;
  readonly faults = new FaultBoard();
  readonly connections = new Set<Connection>();
  readonly quotes: QuoteBoard;
  readonly directory: ContractDirectory;
  readonly store: OrderStore;
  readonly exchange: Exchange;
  /** The broker behind TWS cannot be reached: nobody hears what happens meanwhile. */
  isCutOff = false;
  /** What the accounts were worth when the day began. */
  dayEquity: Readonly<Record<string, string>>;
  /** Called when executions or prices changed what subscribers see. */
  onMoved: (executions: readonly SimExecution[]) => void = () => undefined;
  readonly #journal: JournalFile;
  readonly #instance: string;

  constructor(options: DeskOptions) {
    this.options = options;
    this.#journal = new JournalFile(options.stateFile);
    const kept = this.#journal.open();
    const { market, accounts, startingCashUsd, clock } = options;
    const contractOf = (conId: number): SimContract | null => kept.contracts.get(conId) ?? null;
    this.quotes = new QuoteBoard(market, kept.day?.day ?? market.firstDay, contractOf);
    this.directory = new ContractDirectory(market, this.quotes, kept.contracts);
    this.store = new OrderStore(accounts, startingCashUsd, clock);
    const instance = kept.instance ?? options.instance;
    this.#instance = instance;
    if (kept.counters === null) this.store.setCounters({ nextPermId: firstPermId(instance) });
    else
      this.store.restore({ orders: [...kept.orders.values()], executions: kept.executions, counters: kept.counters });
    for (const [conId, quote] of kept.prices) this.quotes.fix(conId, quote);
    this.exchange = new Exchange({ store: this.store, quotes: this.quotes, contractOf, instance });
    this.dayEquity = kept.day?.equity ?? Object.fromEntries(accounts.map((name) => [name, startingCashUsd]));
    if (kept.instance === null) this.#keep({ instance, day: { day: this.quotes.day, equity: this.dayEquity } });
  }

  /** Loads the prices of what is held and of what is ordered: after a restart nothing else would ask for them. */
  async loadPrices(): Promise<void> {
    for (const order of this.store.live()) await this.quotes.load(order.contract);
    for (const book of this.store.accounts.values()) {
      for (const { contract } of book.positions.values()) await this.quotes.load(contract);
    }
  }

  /** One step of the books: what it changed is kept first, then told. */
  step(action: () => void): void {
    action();
    const change = this.store.takeChange();
    const contracts = this.directory.takeFresh();
    if (change !== null || contracts.length > 0) this.#keep({ ...change, contracts });
    this.#tell(this.store.takeEvents());
    if (change !== null && change.executions.length > 0) this.onMoved(change.executions);
  }

  /** Sets what a contract trades at from now on; yesterday's close stays where there is one. */
  async setPrice(contract: SimContract, wanted: MarketQuote): Promise<void> {
    await this.quotes.load(contract);
    const close = this.quotes.quote(contract)?.close.toFixed() ?? wanted.close;
    const quote = { ...wanted, close };
    this.quotes.fix(contract.conId, quote);
    this.#keep({ prices: [[contract.conId, quote]] });
    this.step(() => this.exchange.pricesMoved());
    this.onMoved([]);
  }

  /** Ends the day's orders and opens another day with its prices. */
  async turnTo(day: MarketDate): Promise<void> {
    this.step(() => this.exchange.expireDay());
    await this.quotes.turnTo(day);
    this.dayEquity = Object.fromEntries(
      [...this.store.accounts.values()].map((book) => [
        book.account,
        valuationOf(book, this.quotes).netLiquidation.toFixed(2),
      ]),
    );
    this.#keep({ day: { day, equity: this.dayEquity } });
    this.step(() => this.exchange.pricesMoved());
    this.onMoved([]);
  }

  /** Begins anew: no orders, positions, prices or faults, and every client is thrown out. Ids go on where they were. */
  async reset(): Promise<void> {
    for (const connection of this.connections) connection.breakOff();
    this.faults.disarmAll();
    this.exchange.forgetLimits();
    this.store.clear();
    this.isCutOff = false;
    this.#journal.rewrite({ ...emptyState(), counters: this.store.counters, instance: this.#instance });
    for (const contract of this.directory.known()) this.#keep({ contracts: [contract] });
    await this.turnTo(this.options.market.firstDay);
  }

  connectionOf(clientId: number): Connection | null {
    return [...this.connections].find((one) => one.clientId === clientId && !one.isClosed) ?? null;
  }

  /** The order id of an order's parent; 0 without one. */
  parentOrderId(order: SimOrder): number {
    return this.store.parent(order)?.orderId ?? 0;
  }

  openOrderFields(order: SimOrder, version: number): string[] {
    return openOrderFields(order, { parentOrderId: this.parentOrderId(order), margin: null }, version);
  }

  close(): void {
    this.#journal.close();
  }

  #keep(entry: JournalEntry): void {
    this.#journal.append(entry);
  }

  #tell(events: readonly BookEvent[]): void {
    if (this.isCutOff) return;
    const byClient = Map.groupBy(events, (event) => event.clientId);
    for (const [clientId, own] of byClient) {
      const connection = this.connectionOf(clientId);
      if (connection === null) continue;
      const messages = own.map((event) => this.#fieldsOf(event, connection.version));
      const turned = messages.some(
        (fields) => this.faults.take(['reorder'], fields[0] ?? '', clientId, fields) !== null,
      );
      for (const fields of turned ? messages.toReversed() : messages) connection.send(fields);
    }
  }

  #fieldsOf(event: BookEvent, version: number): string[] {
    switch (event.kind) {
      case 'openOrder':
        return this.openOrderFields(event.order, version);
      case 'orderStatus':
        return orderStatusFields(event.order, this.parentOrderId(event.order));
      case 'execDetails':
        return execDetailsFields(event.execution, -1, version);
      case 'commissionReport':
        return commissionFields(event.execution);
      case 'whatIf':
        return openOrderFields(event.order, { parentOrderId: 0, margin: event.margin }, version);
      case 'error':
        return errorFields(event.orderId, event.code, event.message, version);
    }
  }
}

/** Ten thousand numbers are left to each of the first hundred thousand instances before they meet. */
function firstPermId(instance: string): number {
  return 1_000_000_000 + (Number.parseInt(instance, 16) % 100_000) * 10_000;
}

/** The quote of a control request: what it leaves out stays beside what it gives. */
export function quoteFrom(given: {
  bid?: string;
  ask?: string;
  last?: string;
  bidSize?: number;
  askSize?: number;
}): MarketQuote {
  const last = given.last ?? given.ask ?? given.bid ?? '0';
  return {
    bid: dec(given.bid ?? last).toFixed(),
    ask: dec(given.ask ?? last).toFixed(),
    last: dec(last).toFixed(),
    close: dec(last).toFixed(),
    bidSize: given.bidSize ?? null,
    askSize: given.askSize ?? null,
  };
}

/** The contract that a control request means: a share by its symbol, or anything by its id. */
export function contractFor(desk: Desk, wanted: { symbol?: string; conId?: number }): SimContract | null {
  if (wanted.conId !== undefined) return desk.directory.byId(wanted.conId);
  return wanted.symbol === undefined ? null : stockContract(wanted.symbol);
}
