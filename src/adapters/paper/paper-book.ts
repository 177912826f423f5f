import { newYorkTime } from '../../domain/market/calendar.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { positionAfter } from '../../domain/matching/position.ts';
import { type Dec, type DecimalString, dec, sum } from '../../domain/money/decimal.ts';
import { multiplierOf } from '../../domain/orders/exposure.ts';
import { instrumentKey } from '../../domain/orders/instrument.ts';
import { OrderSide } from '../../domain/orders/order-state.ts';
import type { BrokerReport } from '../../ports/broker-session.ts';
import { type AccountStep, isLive, type PaperExecution, type PaperOrder, type PaperPosition } from './paper-state.ts';
import { statusReport } from './reports.ts';

/** Orders, executions, positions and cash of one account, with a note of what changed since it was kept last. */
export class PaperBook {
  readonly orders = new Map<string, PaperOrder>();
  readonly positions = new Map<string, PaperPosition>();
  /** Oldest first. */
  executions: PaperExecution[] = [];
  day: MarketDate;
  /** The last day whose splits and dividends are in the book. */
  actionsThrough: MarketDate;
  cash: Dec;
  /** ISO time of the present step, and the time at which it trades. */
  now = '';
  tradedAt = '';
  #step = 0;
  #sequence = 0;
  readonly #live = new Set<string>();
  readonly #executionsOf = new Map<string, PaperExecution[]>();
  readonly #childrenOf = new Map<string, Set<string>>();
  readonly #idsOfRef = new Map<string, Set<string>>();
  #changedOrders = new Set<string>();
  #changedPositions = new Set<string>();
  #freshExecutions: PaperExecution[] = [];
  #reports: BrokerReport[] = [];

  constructor(day: MarketDate, openingCashUsd: DecimalString) {
    this.day = day;
    this.actionsThrough = day;
    this.cash = dec(openingCashUsd);
  }

  /**
   * Begins a step. What trades is dated on the market's day, since it is booked by its date: where the market stands on
   * another day than the clock, at four in the afternoon or, in winter, at three, each step a moment after the last.
   */
  beginStep(now: Date): void {
    this.now = now.toISOString();
    const last = this.executions.at(-1)?.at;
    const atClose = Date.parse(`${this.day}T20:00:00Z`);
    const next = last === undefined ? atClose : Math.max(atClose, Date.parse(last) + 1);
    const isToday = newYorkTime(now.getTime()).day === this.day;
    this.tradedAt = isToday ? this.now : new Date(next).toISOString();
  }

  /** Takes kept state back. */
  restore(step: AccountStep): void {
    this.#step = step.number;
    this.day = step.day;
    this.actionsThrough = step.actionsThrough ?? step.day;
    this.#sequence = step.sequence;
    this.cash = dec(step.cashUsd);
    for (const position of step.positions) this.positions.set(instrumentKey(position.instrument), position);
    for (const order of step.orders) this.#put(order);
    for (const execution of step.executions) this.#keep(execution);
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  add(order: PaperOrder): PaperOrder {
    return this.#change(order);
  }

  change(brokerOrderId: string, change: Partial<PaperOrder>): PaperOrder {
    return this.#change({ ...this.order(brokerOrderId), ...change, changedAt: this.now });
  }

  order(brokerOrderId: string): PaperOrder {
    const order = this.orders.get(brokerOrderId);
    if (order === undefined) throw new Error(`no paper order ${brokerOrderId}`);
    return order;
  }

  live(): readonly PaperOrder[] {
    return [...this.#live].map((id) => this.order(id));
  }

  /** The newest order with this reference; one that lives before one that is over. */
  byRef(orderRef: string): PaperOrder | null {
    const all = [...(this.#idsOfRef.get(orderRef) ?? [])].map((id) => this.order(id));
    return all.findLast(isLive) ?? all.at(-1) ?? null;
  }

  /** All children of an order, those that are over as well. */
  childrenOf(brokerOrderId: string): readonly PaperOrder[] {
    return [...(this.#childrenOf.get(brokerOrderId) ?? [])].map((id) => this.order(id));
  }

  executionsOf(brokerOrderId: string): readonly PaperExecution[] {
    return this.#executionsOf.get(brokerOrderId) ?? [];
  }

  book(execution: PaperExecution): void {
    this.#keep(execution);
    this.#freshExecutions.push(execution);
    const { instrument, side, price, commissionUsd } = execution;
    const key = instrumentKey(instrument);
    const held = this.positions.get(key);
    const quantity = side === OrderSide.buy ? dec(execution.quantity) : dec(execution.quantity).negated();
    const value = quantity.times(price).times(multiplierOf(instrument));
    this.cash = this.cash.minus(value).minus(commissionUsd);
    const before = held ? { quantity: dec(held.quantity), averageCost: dec(held.averageCost) } : null;
    const after = positionAfter(before, { quantity, value, commission: dec(commissionUsd) });
    this.positions.set(key, {
      instrument,
      quantity: after.quantity.toFixed(),
      averageCost: after.averageCost.toDecimalPlaces(COST_DECIMALS).toFixed(),
    });
    this.#changedPositions.add(key);
  }

  tell(...reports: readonly BrokerReport[]): void {
    this.#reports.push(...reports);
  }

  tellStatus(order: PaperOrder): void {
    this.tell(statusReport(order));
  }

  takeReports(): readonly BrokerReport[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /** Whether there is anything to keep. */
  get hasChanged(): boolean {
    return this.#changedOrders.size + this.#changedPositions.size > 0;
  }

  /** What changed since something was taken last. */
  takeStep(): AccountStep {
    return this.#take(
      [...this.#changedPositions].flatMap((key) => this.positions.get(key) ?? []),
      [...this.#changedOrders].flatMap((id) => this.orders.get(id) ?? []),
      this.#freshExecutions,
    );
  }

  /** Everything, as one step. */
  takeAll(): AccountStep {
    return this.#take([...this.positions.values()], [...this.orders.values()], this.executions);
  }

  /** Forgets orders and their executions, but for those of which `isKept` says otherwise. */
  forget(isKept: (order: PaperOrder) => boolean): void {
    const gone = [...this.orders.values()].filter((order) => !isKept(order));
    for (const { brokerOrderId, parentId, order } of gone) {
      this.orders.delete(brokerOrderId);
      this.#executionsOf.delete(brokerOrderId);
      removeFrom(this.#idsOfRef, order.orderRef, brokerOrderId);
      if (parentId !== null) removeFrom(this.#childrenOf, parentId, brokerOrderId);
    }
    this.executions = this.executions.filter(({ brokerOrderId }) => this.orders.has(brokerOrderId));
    for (const [key, { quantity }] of this.positions) if (dec(quantity).isZero()) this.positions.delete(key);
  }

  #take(
    positions: readonly PaperPosition[],
    orders: readonly PaperOrder[],
    executions: readonly PaperExecution[],
  ): AccountStep {
    this.#step += 1;
    this.#changedOrders = new Set();
    this.#changedPositions = new Set();
    this.#freshExecutions = [];
    const { day, actionsThrough, cash } = this;
    const numbers = { number: this.#step, sequence: this.#sequence };
    return { ...numbers, day, actionsThrough, cashUsd: cash.toFixed(), positions, orders, executions };
  }

  #change(order: PaperOrder): PaperOrder {
    this.#put(order);
    this.#changedOrders.add(order.brokerOrderId);
    return order;
  }

  #keep(execution: PaperExecution): void {
    this.executions.push(execution);
    const { brokerOrderId } = execution;
    const before = this.#executionsOf.get(brokerOrderId);
    if (before) before.push(execution);
    else this.#executionsOf.set(brokerOrderId, [execution]);
  }

  #put(order: PaperOrder): void {
    this.orders.set(order.brokerOrderId, order);
    addTo(this.#idsOfRef, order.order.orderRef, order.brokerOrderId);
    if (order.parentId !== null) addTo(this.#childrenOf, order.parentId, order.brokerOrderId);
    if (isLive(order)) this.#live.add(order.brokerOrderId);
    else this.#live.delete(order.brokerOrderId);
  }
}

/** More than any division of prices needs to stay exact for people. */
export const COST_DECIMALS = 10;

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

function removeFrom(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}

/** What orders have filled together. */
export function filledOf(orders: readonly PaperOrder[]): Dec {
  return sum(orders.map(({ filled }) => dec(filled)));
}
