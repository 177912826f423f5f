import type { OrderNews } from '../../domain/orders/order-news.ts';
import { formatPrice, formatQuantity } from '../../service/text/amounts.ts';
import { renderTable } from '../text/table.ts';

/** What became of each order of a ticket. */
export function renderOutcome(
  orders: readonly OrderNews[],
  describe: (orderRef: string) => string,
  width: number,
): string {
  return renderTable<OrderNews>(
    [
      { head: 'order', cell: ({ orderRef }) => describe(orderRef), shrink: 'wrap' },
      { head: 'state', cell: ({ state }) => state },
      { head: 'filled', align: 'right', cell: ({ filledQuantity }) => formatQuantity(filledQuantity) },
      {
        head: 'fill $',
        align: 'right',
        cell: ({ averageFillPrice }) => (averageFillPrice === null ? '–' : formatPrice(averageFillPrice)),
      },
      { head: 'reason', cell: ({ stateReason }) => stateReason ?? '', shrink: 'wrap' },
    ],
    orders,
    width,
  );
}
