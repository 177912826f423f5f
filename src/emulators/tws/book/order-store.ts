import { dec } from '../../../domain/money/decimal.ts';
import { AccountBook } from './account-book.ts';
import { type BookEvent, isLive, type SimExecution, type SimOrder, type SimStatus } from './sim-order.ts';

export interface Counters {
  readonly nextOrderId: number;
  readonly nextPermId: number;
  readonly nextExecution: number;
}

/** What one step changed: all that must be kept before anybody hears of it. */
export interface StoreChange {
  readonly orders: readonly SimOrder[];
  readonly executions: readonly SimExecution[];
  readonly counters: Counters;
}

const FIRST_PERM_ID = 1_900_000_001;
/** Of a longer history the second moment is dropped: a price that walks for ever must not fill the memory. */
const KEPT_MOMENTS = 500;

/** Orders, executions and accounts, with a note of what changed and of the events that it makes. */
export class OrderStore {
  readonly orders = new Map<number, SimOrder>();
  readonly executions: SimExecution[] = [];
  readonly accounts: ReadonlyMap<string, AccountBook>;
  readonly #live = new Set<number>();
  readonly #byClientId = new Map<string, number>();
  readonly #clock: () => Date;
  readonly #startingCash: string;
  readonly #changed = new Set<number>();
  #freshExecutions: SimExecution[] = [];
  #events: BookEvent[] = [];
  #counters: Counters = { nextOrderId: 1, nextPermId: FIRST_PERM_ID, nextExecution: 1 };
  #countersChanged = false;

  constructor(accounts: readonly string[], startingCash: string, clock: () => Date) {
    this.accounts = new Map(accounts.map((name) => [name, new AccountBook(name, dec(startingCash))]));
    this.#clock = clock;
    this.#startingCash = startingCash;
  }

  now(): string {
    return this.#clock().toISOString();
  }

  get counters(): Counters {
    return this.#counters;
  }

  setCounters(change: Partial<Counters>): void {
    this.#counters = { ...this.#counters, ...change };
    this.#countersChanged = true;
  }

  /** Takes kept state back, without events. */
  restore(change: StoreChange): void {
    for (const order of change.orders) this.#put(order);
    for (const execution of change.executions) this.#book(execution);
    this.#counters = change.counters;
  }

  /** Forgets orders, executions and positions; the counters go on, so that no id is given twice. */
  clear(): void {
    this.orders.clear();
    this.executions.length = 0;
    this.#live.clear();
    this.#byClientId.clear();
    this.#changed.clear();
    for (const book of this.accounts.values()) {
      book.cash = dec(this.#startingCash);
      book.positions.clear();
    }
  }

  add(order: Omit<SimOrder, 'permId' | 'history'>): SimOrder {
    const permId = this.#counters.nextPermId;
    this.setCounters({
      nextPermId: permId + 1,
      nextOrderId: Math.max(this.#counters.nextOrderId, order.orderId + 1),
    });
    const whole: SimOrder = { ...order, permId, history: [] };
    return this.#change({ ...whole, history: [this.#moment(whole, null)] });
  }

  /** The order after the change; a new moment of its history where status or fill differ. */
  change(permId: number, change: Partial<SimOrder>, reason: string | null = null): SimOrder {
    const before = this.order(permId);
    const after = { ...before, ...change };
    const same = before.status === after.status && before.filled === after.filled && before.quantity === after.quantity;
    const history = same ? before.history : trimmed([...before.history, this.#moment(after, reason)]);
    return this.#change({ ...after, history });
  }

  /** Ends an order. */
  end(permId: number, status: SimStatus, reason: string): SimOrder {
    return this.change(permId, { status, endedAt: this.now(), endReason: reason, isHeld: false }, reason);
  }

  addExecution(execution: SimExecution): void {
    this.#book(execution);
    this.#freshExecutions.push(execution);
  }

  takeExecutionNumber(): number {
    const number = this.#counters.nextExecution;
    this.setCounters({ nextExecution: number + 1 });
    return number;
  }

  tell(...events: BookEvent[]): void {
    this.#events.push(...events);
  }

  /** The order's present view for its client. */
  tellOrder(order: SimOrder): void {
    const { clientId } = order;
    this.tell({ kind: 'openOrder', clientId, order }, { kind: 'orderStatus', clientId, order });
  }

  order(permId: number): SimOrder {
    const order = this.orders.get(permId);
    if (order === undefined) throw new Error(`no order with permanent id ${permId}`);
    return order;
  }

  /** The latest order that a client made with this id. */
  clientOrder(clientId: number, orderId: number): SimOrder | null {
    const permId = this.#byClientId.get(`${clientId}/${orderId}`);
    return permId === undefined ? null : this.order(permId);
  }

  live(): SimOrder[] {
    return [...this.#live].map((permId) => this.order(permId));
  }

  children(permId: number): SimOrder[] {
    return this.live().filter((order) => order.parentPermId === permId);
  }

  /** How much of what its parent has filled an order may close: less what the other children of its group have closed. */
  leftToClose(order: SimOrder, parent: SimOrder): string {
    let left = dec(parent.filled);
    for (const other of this.orders.values()) {
      const isBeside = other.parentPermId === parent.permId && other.ocaGroup === order.ocaGroup;
      if (isBeside && other.permId !== order.permId) left = left.minus(other.filled);
    }
    return left.toFixed();
  }

  parent(order: SimOrder): SimOrder | null {
    return order.parentPermId === null ? null : this.order(order.parentPermId);
  }

  takeChange(): StoreChange | null {
    const orders = [...this.#changed].map((permId) => this.order(permId));
    const executions = this.#freshExecutions;
    if (orders.length === 0 && executions.length === 0 && !this.#countersChanged) return null;
    this.#changed.clear();
    this.#freshExecutions = [];
    this.#countersChanged = false;
    return { orders, executions, counters: this.#counters };
  }

  takeEvents(): BookEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #change(order: SimOrder): SimOrder {
    this.#put(order);
    this.#changed.add(order.permId);
    return order;
  }

  #put(order: SimOrder): void {
    this.orders.set(order.permId, order);
    this.#byClientId.set(`${order.clientId}/${order.orderId}`, order.permId);
    if (isLive(order)) this.#live.add(order.permId);
    else this.#live.delete(order.permId);
  }

  #book(execution: SimExecution): void {
    this.executions.push(execution);
    this.accounts.get(execution.account)?.book(execution);
  }

  #moment(order: SimOrder, reason: string | null): SimOrder['history'][number] {
    const remaining = dec(order.quantity).minus(order.filled).toFixed();
    return { at: this.now(), status: order.status, filled: order.filled, remaining, reason };
  }
}

function trimmed<T>(moments: readonly T[]): readonly T[] {
  return moments.length <= KEPT_MOMENTS ? moments : [...moments.slice(0, 1), ...moments.slice(2)];
}
