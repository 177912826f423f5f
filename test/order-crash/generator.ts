import type { DecimalString } from '../../src/domain/money/decimal.ts';
import { MODEL_VOLATILITY, modelOption } from '../../src/domain/options/option-model.ts';
import type { ComboLeg, Option } from '../../src/domain/orders/instrument.ts';
import type { OrderSpec } from '../../src/domain/orders/order.ts';
import type { BracketTicket, ComboOrderSpec, PriceWalk, TicketSpec } from '../../src/domain/orders/ticket.ts';

/** The trading day of the whole run, and a Friday on which options expire that are listed then. */
export const FIRST_DAY = '2020-12-31';
const EXPIRATION = '2021-02-19';

/** Instead of kills and other faults: what makes a submit doubtful that has taken effect. */
export const SLOW_ANSWERS = 'slow-answers';

/** The parts of the stand that are killed. */
export const PARTS = ['worker', 'temporal', 'postgres', 'simulator'] as const;
export type Part = (typeof PARTS)[number];

/** A fault as the simulator's control endpoint takes it. */
export type SimulatorFault = { readonly fault: string } & Readonly<Record<string, unknown>>;

/** One deed of a round, at its time after the round's beginning. */
export type Deed = { readonly atMs: number } & (
  | { readonly what: 'ticket'; readonly ticketId: string; readonly account: number; readonly ticket: TicketSpec }
  | { readonly what: 'cancel'; readonly ticketId: string; readonly orderRefs: readonly string[] | null }
  | {
      readonly what: 'modify';
      readonly ticketId: string;
      readonly orderRef: string;
      readonly limitPrice: DecimalString;
    }
  | { readonly what: 'price'; readonly symbol: string; readonly bid: DecimalString; readonly ask: DecimalString }
  | { readonly what: 'kill'; readonly part: Part; readonly downMs: number }
  | { readonly what: 'fault'; readonly fault: SimulatorFault }
  | { readonly what: 'partial fills'; readonly quantity: number; readonly times: number }
  | { readonly what: 'connectivity'; readonly code: 1101 | 1102; readonly lostMs: number }
  | { readonly what: 'order id rollback'; readonly back: number }
);
export interface Round {
  readonly deeds: readonly Deed[];
}

/** Symbols and the prices around which they move, US dollars. */
export type BasePrices = Readonly<Record<string, number>>;

const ROUND_MS = 3_500;
/** Tickets that a person may still come back to. */
const REMEMBERED = 8;
const EVENTS = ['orderStatus', 'openOrder', 'execDetails', 'commissionReport'] as const;
/** Beyond the time in which the session waits for an answer, so that the submit is in doubt while all is connected. */
const LATER_THAN_PATIENCE_MS = 11_000;
const WALK_STEP = 0.02;
/** US dollars of a net price. */
const COMBO_WALK_STEP = 0.25;
/** Of one ticket. */
const MOST_ORDERS = 4;
/** Walking prices take their first price from the account's quotes, which need a whole cent on both sides. */
const CENT = 0.01;

/** A ticket that was started, for what a person does with it later. */
interface Started {
  readonly ticketId: string;
  readonly ticket: TicketSpec;
  /** After the beginning of the round that is being made; negative for one of an earlier round. */
  readonly atMs: number;
}

/** Rounds without an end: the same seed gives the same deeds, in the same order and after the same times. */
export function* generateRounds(
  seed: number,
  prices: BasePrices,
  accounts: number,
  only: typeof SLOW_ANSWERS | null = null,
): Generator<Round> {
  const dice = new Dice(seed);
  let earlier: Started[] = [];
  for (;;) {
    const fresh = Array.from(
      { length: dice.whole(2, 4) },
      (): Started => ({ ticketId: dice.uuid(), ticket: randomTicket(dice, prices), atMs: dice.time() }),
    );
    const tickets = fresh.map((one): Deed => ({ what: 'ticket', account: dice.whole(0, accounts - 1), ...one }));
    const moves = Array.from({ length: dice.whole(1, 3) }, () => priceMove(dice, prices));
    const others = [
      ...changesOf(dice, [...earlier, ...fresh]),
      ...(only === null ? disturbances(dice, fresh) : [slowAnswers(dice, fresh)]),
    ];
    yield { deeds: [...tickets, ...moves, ...others].toSorted((a, b) => a.atMs - b.atMs) };
    earlier = [...earlier, ...fresh].slice(-REMEMBERED).map((one) => ({ ...one, atMs: -ROUND_MS }));
  }
}

/** What goes wrong: a kill, a fault of the simulator, both, or nothing for once. */
function disturbances(dice: Dice, fresh: readonly Started[]): Deed[] {
  const kind = dice.whole(1, 10);
  const kill: Deed = { what: 'kill', atMs: dice.time(), part: dice.pick(PARTS), downMs: dice.whole(0, 1_500) };
  const fault = brokerTrouble(dice, fresh);
  return kind <= 3 ? [kill] : kind <= 6 ? [fault] : kind <= 9 ? [kill, fault] : [];
}

/** The orders of one ticket take effect at once, and are answered when the session has given up waiting. */
function slowAnswers(dice: Dice, fresh: readonly Started[]): Deed {
  const fault = { fault: 'slow_ack', on: 'placeOrder', delayMs: LATER_THAN_PATIENCE_MS, times: MOST_ORDERS };
  return { what: 'fault', atMs: 0, fault: { ...fault, match: dice.pick(fresh).ticketId } };
}

function brokerTrouble(dice: Dice, fresh: readonly Started[]): Deed {
  const atMs = dice.time();
  const kind = dice.whole(1, 13);
  if (kind === 1) return { what: 'partial fills', atMs, quantity: dice.whole(1, 5), times: dice.whole(1, 3) };
  if (kind === 2) return { what: 'order id rollback', atMs, back: dice.whole(1, 20) };
  if (kind === 3) return { what: 'connectivity', atMs, code: dice.pick([1101, 1102]), lostMs: dice.whole(300, 2_500) };
  const fault = messageFault(dice, kind);
  const { ticketId } = dice.pick(fresh);
  // Often it waits for the orders of one ticket, so that it meets every kind of ticket and not whoever comes next.
  const isAimed = dice.whole(1, 3) <= 2 && (fault.on === 'placeOrder' || fault.fault === 'reject');
  return { what: 'fault', ...(isAimed ? { atMs: 0, fault: { ...fault, match: ticketId } } : { atMs, fault }) };
}

function messageFault(dice: Dice, kind: number): SimulatorFault {
  const times = dice.whole(1, 3);
  const on = dice.pick(['placeOrder', 'placeOrder', 'placeOrder', 'cancelOrder', 'openOrders', 'executions'] as const);
  const event = dice.pick(EVENTS);
  if (kind === 4) return { fault: 'disconnect_before', on };
  if (kind === 5 || kind === 6) return { fault: 'disconnect_after', on };
  if (kind === 7) return { fault: 'half_open', on, when: dice.pick(['before', 'after']) };
  if (kind === 8 || kind === 9) {
    const delayMs = dice.whole(1, 3) === 1 ? dice.whole(200, 3_000) : LATER_THAN_PATIENCE_MS + dice.whole(0, 3_000);
    return { fault: 'slow_ack', on: 'placeOrder', delayMs, times: MOST_ORDERS };
  }
  if (kind === 10) return { fault: 'reject', as: dice.pick(['error', 'Inactive', 'Cancelled']) };
  if (kind === 11) return { fault: 'delay', event, delayMs: dice.whole(200, 4_000), times };
  if (kind === 12) return { fault: dice.pick(['drop', 'drop', 'duplicate', 'reorder']), event, times };
  return { fault: 'pacing_violation', on };
}

/** Cancels and changes of tickets that may be over, under way, or just beginning. */
function changesOf(dice: Dice, tickets: readonly Started[]): Deed[] {
  const deeds: Deed[] = [];
  const moment = ({ atMs }: Started) => Math.max(0, atMs) + dice.whole(0, ROUND_MS - Math.max(0, atMs));
  if (dice.whole(1, 10) <= 5) {
    const started = dice.pick(tickets);
    const { ticketId, ticket } = started;
    // A person who cancels the exits of a bracket wants its position unprotected; what is to be proven is that we do not.
    const orderRefs = ticket.kind === 'bracket' ? [`${ticketId}/1`] : null;
    deeds.push({ what: 'cancel', atMs: moment(started), ticketId, orderRefs });
  }
  const priced = tickets.filter(({ ticket }) => firstLimit(ticket) !== undefined);
  if (dice.whole(1, 10) <= 4 && priced.length > 0) {
    const started = dice.pick(priced);
    const limitPrice = cents(Number(firstLimit(started.ticket)) * (1 + dice.between(-0.02, 0.02)));
    const { ticketId } = started;
    deeds.push({ what: 'modify', atMs: moment(started), ticketId, orderRef: `${ticketId}/1`, limitPrice });
  }
  return deeds;
}

/** The limit of the ticket's first order, where it has one of its own. */
function firstLimit(ticket: TicketSpec): DecimalString | undefined {
  if (ticket.kind === 'single') return ticket.order.limitPrice;
  if (ticket.kind === 'combo' && ticket.execution === 'native') return ticket.order.limitPrice;
  if (ticket.kind === 'oca' || ticket.kind === 'basket') return ticket.orders[0]?.limitPrice;
  return undefined;
}

function priceMove(dice: Dice, prices: BasePrices): Deed {
  const symbol = dice.pick(Object.keys(prices));
  const bid = (prices[symbol] ?? 1) * (1 + dice.between(-0.08, 0.08));
  return { what: 'price', atMs: dice.time(), symbol, bid: cents(bid), ask: cents(bid + 2 * CENT) };
}

function randomTicket(dice: Dice, prices: BasePrices): TicketSpec {
  const kind = dice.whole(1, 13);
  if (kind <= 3) return { kind: 'single', order: randomOrder(dice, prices) };
  if (kind <= 6) return bracket(dice, prices);
  if (kind === 7) return { kind: 'oca', orders: Array.from({ length: dice.whole(2, 3) }, () => limit(dice, prices)) };
  if (kind === 8 || kind === 9) {
    return { kind: 'basket', orders: Array.from({ length: dice.whole(2, 4) }, () => randomOrder(dice, prices)) };
  }
  if (kind >= 11) return comboTicket(dice, prices);
  const { limitPrice: _, ...order } = limit(dice, prices);
  return { kind: 'single', order, pricing: walk(dice, (prices[order.tradable.symbol] ?? 1) * WALK_STEP) };
}

/** In a few steps across whatever the market moves meanwhile, so that the walk ends with its run. */
function walk(dice: Dice, step: number): PriceWalk {
  const terms = { start: 'mid', step: cents(step), everySeconds: 1, limit: 'natural' } as const;
  return { ...terms, atLimit: dice.pick(['cancel', 'leave']) };
}

/** A vertical spread of calls or puts, for a debit or a credit, one sold leg or two; mostly as one order. */
function comboTicket(dice: Dice, prices: BasePrices): TicketSpec {
  const symbol = dice.pick(Object.keys(prices));
  const spot = prices[symbol] ?? 1;
  const right = dice.pick(['CALL', 'PUT'] as const);
  const near = Math.round(spot * (1 + dice.between(-0.04, 0.04)));
  const far = near + dice.pick([-1, 1]) * Math.max(1, Math.round(spot * dice.between(0.02, 0.06)));
  const legs: ComboLeg[] = [
    { instrument: optionOn(symbol, right, near), side: 'BUY', ratio: 1 },
    { instrument: optionOn(symbol, right, far), side: 'SELL', ratio: dice.whole(1, 2) },
  ];
  const order: ComboOrderSpec = {
    tradable: { kind: 'combo', symbol, legs },
    side: dice.whole(1, 3) <= 2 ? 'BUY' : 'SELL',
    quantity: String(dice.whole(1, 6)),
    timeInForce: dice.pick(['DAY', 'GTC'] as const),
    type: 'MARKET',
  };
  const kind = dice.whole(1, 6);
  if (kind === 1) return { kind: 'combo', execution: 'legs', order };
  if (kind === 2) return { kind: 'combo', execution: 'native', order };
  const limited = { ...order, type: 'LIMIT' } as const;
  if (kind === 3) return { kind: 'combo', execution: 'native', order: limited, pricing: walk(dice, COMBO_WALK_STEP) };
  // Some trade at once, some stand until the market comes to them; the gate knows prices that are farther off.
  const distance = dice.between(-0.19, 0.1) * (order.side === 'BUY' ? 1 : -1);
  const limitPrice = cents(modelledNet(legs, spot) + distance);
  return { kind: 'combo', execution: 'native', order: { ...limited, limitPrice } };
}

function optionOn(symbol: string, right: Option['right'], strike: number): Option {
  return { kind: 'option', symbol, expiration: EXPIRATION, strike: String(strike), right, multiplier: '100' };
}

/** What the simulator's model makes of one combination while its share stands at `spot`. */
function modelledNet(legs: readonly ComboLeg[], spot: number): number {
  return legs.reduce((net, { instrument, side, ratio }) => {
    if (instrument.kind === 'stock') return net;
    const { right, strike, expiration } = instrument;
    const terms = { spot, right, strike: Number(strike), expiration, today: FIRST_DAY, volatility: MODEL_VOLATILITY };
    return net + (side === 'BUY' ? ratio : -ratio) * modelOption(terms).price;
  }, 0);
}

function bracket(dice: Dice, prices: BasePrices): BracketTicket {
  const { base, order } = start(dice, prices);
  const isMarket = dice.whole(1, 3) <= 2;
  const entryPrice = isMarket ? {} : { limitPrice: cents(base * (1 + dice.between(-0.04, 0.04))) };
  const goodTillCancelled = { timeInForce: 'GTC' } as const;
  const trail = { type: 'TRAILING_STOP', trailPercent: String(dice.whole(5, 12)), ...goodTillCancelled } as const;
  const stop = { type: 'STOP', stopPrice: cents(base * (1 - dice.between(0.06, 0.15))), ...goodTillCancelled } as const;
  return {
    kind: 'bracket',
    entry: { ...order, side: 'BUY', type: isMarket ? 'MARKET' : 'LIMIT', timeInForce: 'DAY', ...entryPrice },
    takeProfit: { limitPrice: cents(base * (1 + dice.between(0.06, 0.15))), ...goodTillCancelled },
    stopLoss: dice.whole(1, 4) === 1 ? trail : stop,
  };
}

function randomOrder(dice: Dice, prices: BasePrices): OrderSpec {
  const { base, order } = start(dice, prices);
  const kind = dice.whole(1, 8);
  if (kind <= 4) return { ...order, type: 'MARKET' };
  if (kind <= 6) return limit(dice, prices);
  if (kind === 7) return { ...order, type: 'STOP', stopPrice: cents(base * (1 + dice.between(-0.05, 0.05))) };
  return { ...order, type: 'TRAILING_STOP', trailAmount: cents(base * dice.between(0.02, 0.06)) };
}

function limit(dice: Dice, prices: BasePrices): OrderSpec {
  const { base, order } = start(dice, prices);
  // Some trade at once, some stand until the market comes to them.
  const distance = dice.between(-0.1, 0.04) * (order.side === 'BUY' ? 1 : -1);
  return { ...order, type: 'LIMIT', limitPrice: cents(base * (1 + distance)) };
}

function start(dice: Dice, prices: BasePrices) {
  const symbol = dice.pick(Object.keys(prices));
  const order = {
    tradable: { kind: 'stock', symbol },
    side: dice.whole(1, 3) <= 2 ? 'BUY' : 'SELL',
    quantity: String(dice.whole(1, 60)),
    timeInForce: dice.pick(['DAY', 'GTC'] as const),
  } as const;
  return { base: prices[symbol] ?? 1, order };
}

function cents(price: number): DecimalString {
  return price.toFixed(2);
}

/** Mulberry32: small, and its whole state is one number. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  time(): number {
    return this.whole(0, ROUND_MS);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.whole(0, from.length - 1)] as T;
  }

  uuid(): string {
    const hex = Array.from({ length: 32 }, () => this.whole(0, 15).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
