import { expect, test } from '@jest/globals';
import type { OpenedTicket } from '../../src/contracts/activities/order-ticket.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { OrderBoard } from './order-board.ts';

function news(orderRef: string, eventId: number, state: OrderNews['state'], more: Partial<OrderNews> = {}): OrderNews {
  return { eventId, orderRef, state, stateReason: null, filledQuantity: '0', averageFillPrice: null, ...more };
}

const OPENED: OpenedTicket = {
  ticketId: 't',
  accountId: 'a',
  accountName: 'main',
  venue: 'paper broker, simulated',
  symbol: 'KO',
  orders: [news('t/1', 2, 'PENDING'), news('t/2', 4, 'DENIED', { stateReason: 'cash is 0 USD' })],
  descriptions: { 't/1': 'BUY 10 KO MARKET', 't/2': 'BUY 10 PEP MARKET' },
  placements: [['t/1'], ['t/2']],
  walk: null,
};

function opened(): OrderBoard {
  const board = new OrderBoard();
  board.open(OPENED);
  return board;
}

test('late and repeated news change nothing, whenever they come', () => {
  const board = new OrderBoard();
  board.tell([news('t/1', 9, 'FILLED')]);
  board.open(OPENED);
  board.tell([news('t/1', 7, 'ACCEPTED'), news('t/1', 9, 'CANCELLED')]);
  expect(board.stateOf('t/1')).toBe('FILLED');
  expect(board.isOver).toBe(true);
});

test('news of an order that is not of the ticket are not its own', () => {
  const board = opened();
  board.tell([news('other/1', 99, 'ACCEPTED')]);
  expect(board.stateOf('other/1')).toBeNull();
  expect(board.orders.map(({ orderRef }) => orderRef)).toEqual(['t/1', 't/2']);
});

test('open are the orders that are not over: also those that are inactive or lost', () => {
  const board = opened();
  for (const [eventId, state] of (['SUBMITTED', 'INACTIVE', 'UNKNOWN'] as const).entries()) {
    board.tell([news('t/1', 10 + eventId, state)]);
    expect(board.openOf()).toEqual(['t/1']);
  }
  expect(board.openOf(['t/2'])).toEqual([]);
  expect(board.isOver).toBe(false);
});

test('the details name the step, each order with its fill or its reason, and what asks for a person', () => {
  const board = opened();
  board.step = 'working';
  board.tell([news('t/1', 11, 'PARTIALLY_FILLED', { filledQuantity: '4', averageFillPrice: '60.1' })]);
  expect(board.details).toBe(
    '**working**\n\n- BUY 10 KO MARKET: **PARTIALLY_FILLED** 4 at 60.1\n- BUY 10 PEP MARKET: **DENIED** : cash is 0 USD',
  );
  board.tell([news('t/1', 12, 'UNKNOWN')]);
  expect(board.details).toContain('A person is asked');
});
