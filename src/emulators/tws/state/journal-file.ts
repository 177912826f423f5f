import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Counters } from '../book/order-store.ts';
import type { SimExecution, SimOrder } from '../book/sim-order.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { MarketQuote } from '../market/simulator-market.ts';

/** The trading day, and what every account was worth when it began. */
export interface KeptDay {
  readonly day: string;
  readonly equity: Readonly<Record<string, string>>;
}

/** One step of the simulator: all of it is kept, or nothing. */
export interface JournalEntry {
  readonly orders?: readonly SimOrder[];
  readonly executions?: readonly SimExecution[];
  readonly counters?: Counters;
  readonly contracts?: readonly SimContract[];
  /** Prices that the control endpoint set, by contract id. */
  readonly prices?: readonly (readonly [number, MarketQuote])[];
  readonly day?: KeptDay;
  readonly instance?: string;
}

/** The state of a simulator as its file gives it back. */
export interface KeptState {
  readonly orders: Map<number, SimOrder>;
  readonly executions: SimExecution[];
  readonly contracts: Map<number, SimContract>;
  readonly prices: Map<number, MarketQuote>;
  counters: Counters | null;
  day: KeptDay | null;
  instance: string | null;
}

/**
 * A file of one JSON line a step. A line is written in one go before anybody hears of its step, so that a killed
 * simulator has told nothing that it forgets; a line that was cut short is dropped at the next start. Opening rewrites
 * the file to the present state.
 */
export class JournalFile {
  readonly #path: string | null;
  #file: number | null = null;

  constructor(path: string | null) {
    this.#path = path;
  }

  /** Reads what there is and begins anew with it. A path of null keeps everything in memory. */
  open(): KeptState {
    const kept = this.#path !== null && existsSync(this.#path) ? fold(readLines(this.#path)) : emptyState();
    this.rewrite(kept);
    return kept;
  }

  append(entry: JournalEntry): void {
    if (this.#file !== null) writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  /** Replaces the file by the given state, at once or not at all. */
  rewrite(kept: KeptState): void {
    if (this.#path === null) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    this.close();
    const aside = `${this.#path}.new`;
    const file = openSync(aside, 'w');
    writeSync(file, `${JSON.stringify(entryOf(kept))}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(aside, this.#path);
    this.#file = openSync(this.#path, 'a');
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

export function emptyState(): KeptState {
  return {
    orders: new Map(),
    executions: [],
    contracts: new Map(),
    prices: new Map(),
    counters: null,
    day: null,
    instance: null,
  };
}

function readLines(path: string): JournalEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  // What stands behind the last line break was cut short when the simulator was killed.
  lines.pop();
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}

function fold(entries: readonly JournalEntry[]): KeptState {
  const kept = emptyState();
  for (const entry of entries) {
    for (const order of entry.orders ?? []) kept.orders.set(order.permId, order);
    kept.executions.push(...(entry.executions ?? []));
    for (const contract of entry.contracts ?? []) kept.contracts.set(contract.conId, contract);
    if (entry.day !== undefined) {
      kept.day = entry.day;
      kept.prices.clear();
    }
    for (const [conId, quote] of entry.prices ?? []) kept.prices.set(conId, quote);
    kept.counters = entry.counters ?? kept.counters;
    kept.instance = entry.instance ?? kept.instance;
  }
  return kept;
}

function entryOf(kept: KeptState): JournalEntry {
  return {
    orders: [...kept.orders.values()],
    executions: kept.executions,
    contracts: [...kept.contracts.values()],
    prices: [...kept.prices],
    ...(kept.counters === null ? {} : { counters: kept.counters }),
    ...(kept.day === null ? {} : { day: kept.day }),
    ...(kept.instance === null ? {} : { instance: kept.instance }),
  };
}
