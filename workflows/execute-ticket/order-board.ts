import type { OpenedTicket } from '../../src/contracts/activities/order-ticket.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';

/** What is known of a ticket's orders: the newest news of each, whatever the order in which they come. */
export class OrderBoard {
  step = 'journaling';
  private readonly newest = new Map<string, OrderNews>();
  private refs: readonly string[] = [];
  private descriptions: OpenedTicket['descriptions'] = {};

  open({ orders, descriptions }: OpenedTicket): void {
    this.refs = orders.map(({ orderRef }) => orderRef);
    this.descriptions = descriptions;
    this.tell(orders);
  }

  get isOpened(): boolean {
    return this.refs.length > 0;
  }

  /** News may come before the ticket is opened, twice, and late. */
  tell(news: readonly OrderNews[]): void {
    for (const one of news) {
      const known = this.newest.get(one.orderRef);
      if (!known || one.eventId > known.eventId) this.newest.set(one.orderRef, one);
    }
  }

  get orders(): readonly OrderNews[] {
    return this.refs.flatMap((ref) => this.newest.get(ref) ?? []);
  }

  stateOf(orderRef: string): OrderState | null {
    return this.refs.includes(orderRef) ? (this.newest.get(orderRef)?.state ?? null) : null;
  }

  /** Those of the named orders, or of all, that are not over. */
  openOf(orderRefs: readonly string[] = this.refs): readonly string[] {
    return orderRefs.filter((ref) => {
      const state = this.stateOf(ref);
      return state !== null && !isTerminal(state);
    });
  }

  get isOver(): boolean {
    return this.openOf().length === 0;
  }

  /** Markdown for the Web UI. */
  get details(): string {
    const rows = this.orders.map(({ orderRef, state, stateReason, filledQuantity, averageFillPrice }) => {
      const fill = averageFillPrice === null ? '' : `${filledQuantity} at ${averageFillPrice}`;
      const reason = stateReason === null ? '' : `: ${stateReason}`;
      return `- ${this.descriptions[orderRef] ?? orderRef}: **${state}** ${fill}${reason}`;
    });
    const lost = this.orders.some(({ state }) => state === OrderState.unknown);
    const help = lost
      ? ['', '**A person is asked:** an order is in a state that nobody knows. See `folios order show`.']
      : [];
    return [`**${this.step}**`, '', ...rows, ...help].join('\n');
  }
}
