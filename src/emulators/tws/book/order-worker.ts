import { type Dec, dec } from '../../../domain/money/decimal.ts';
import type { LiveQuote } from '../market/quote-board.ts';
import { workingStatus } from './family.ts';
import { type FillContext, fillOrder } from './fills.ts';
import { tradePrice, tradeQuantity, viewTrigger } from './matching.ts';
import type { OrderStore } from './order-store.ts';
import { isBuy, isLive, type SimOrder, SimStatus } from './sim-order.ts';

/** Works the live orders of a store against the prices of now. */
export class OrderWorker {
  readonly #context: FillContext;
  /** What is left of a quote's size, by contract and side; without an entry there is no end of it. */
  readonly #sizes = new Map<string, number>();
  /** The most that the next fills may trade, one entry each. */
  readonly #fillLimits: number[] = [];
  /** Orders whose fill was limited: they wait for the next price. */
  readonly #resting = new Set<number>();

  constructor(context: FillContext) {
    this.#context = context;
  }

  get store(): OrderStore {
    return this.#context.store;
  }

  /** The next fills trade at most this much each and rest until the next price. */
  limitNextFill(quantity: number, times: number): void {
    for (let n = 0; n < times; n += 1) this.#fillLimits.push(quantity);
  }

  forgetLimits(): void {
    this.#fillLimits.length = 0;
  }

  /** New prices bring new sizes. */
  pricesMoved(): void {
    this.#sizes.clear();
    this.#resting.clear();
    this.settle();
  }

  /** Works every live order until none trades any more: a fill may wake children and change its group. */
  settle(): void {
    let traded = true;
    while (traded) {
      traded = false;
      for (const { permId } of this.store.live()) traded = this.#work(permId) || traded;
    }
  }

  #work(permId: number): boolean {
    const found = this.store.order(permId);
    if (!isLive(found) || found.isHeld || this.#resting.has(permId)) return false;
    const parent = this.store.parent(found);
    const quote = this.#context.quotes.quote(found.contract);
    if (quote === null || (parent !== null && dec(parent.filled).isZero())) return false;
    const order = this.#refresh(found, quote);
    const price = tradePrice(order, quote);
    if (price === null) return false;
    const bound =
      parent !== null && isLive(parent) ? { ...parent, filled: this.store.leftToClose(order, parent) } : null;
    const offered = tradeQuantity(order, bound, this.#available(order, quote));
    const limit = offered.gt(0) ? this.#fillLimits.shift() : undefined;
    const quantity = limit !== undefined && offered.gt(limit) ? dec(limit) : offered;
    if (quantity.lte(0)) return false;
    if (quantity.lt(offered)) this.#resting.add(permId);
    this.#take(order, quote, quantity);
    fillOrder(this.#context, order, quantity, price);
    return true;
  }

  /** Trigger and status as they are at this quote. */
  #refresh(order: SimOrder, quote: LiveQuote): SimOrder {
    const view = viewTrigger(order, quote);
    const moved = view.isTriggered !== order.isTriggered || view.trailStop !== order.trailStop;
    const seen = moved ? this.store.change(order.permId, view) : order;
    const status = dec(seen.filled).gt(0) ? SimStatus.submitted : workingStatus(this.store, seen);
    if (status === seen.status) return seen;
    const changed = this.store.change(order.permId, { status });
    this.store.tellOrder(changed);
    return changed;
  }

  #available(order: SimOrder, quote: LiveQuote): number | null {
    const size = isBuy(order) ? quote.askSize : quote.bidSize;
    return size === null ? null : (this.#sizes.get(sideKey(order)) ?? size);
  }

  #take(order: SimOrder, quote: LiveQuote, quantity: Dec): void {
    const available = this.#available(order, quote);
    if (available !== null) this.#sizes.set(sideKey(order), available - quantity.toNumber());
  }
}

function sideKey(order: SimOrder): string {
  return `${order.contract.conId} ${isBuy(order) ? 'ask' : 'bid'}`;
}
