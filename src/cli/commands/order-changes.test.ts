import { describe, expect, test } from '@jest/globals';
import type { TicketView } from '../../../workflows/execute-ticket/messages.ts';
import type { ListedOrder } from '../../ports/order-listing.ts';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { demoAccount, demoOrder } from '../testing/sample-orders.ts';
import { cancelOrder } from './order-changes.ts';

const ENTRY = demoOrder({ role: 'entry' });
const STOP = demoOrder({
  ...{ orderId: '0198beef-1111-7000-8000-000000000003', orderRef: `${ENTRY.ticketId}/3`, role: 'stop_loss' },
  ...{ parentRef: ENTRY.orderRef, side: 'SELL', type: 'STOP', limitPrice: null, stopPrice: '57' },
});

/** A ticket with these orders, whose state after whatever is asked of it is `state`. */
function ticketOf(orders: readonly ListedOrder[], state: ListedOrder['state'] = 'CANCELLED') {
  const asked: unknown[] = [];
  const view: TicketView = {
    ...{ ticketId: ENTRY.ticketId, accountId: ENTRY.accountId, step: 'working' },
    orders: orders.map(({ orderRef }) => ({
      ...{ eventId: 9, orderRef, state, stateReason: null, filledQuantity: '0', averageFillPrice: null },
    })),
  };
  const answer = async (...question: unknown[]) => {
    asked.push(question);
    return view;
  };
  const folios: Partial<CliContext['folios']> = {
    cancelOrders: answer,
    modifyOrder: answer,
    declareDead: answer,
    ticketView: async () => view,
  };
  const world = { ...emptyWorld(), accounts: [demoAccount()], orders: [...orders] };
  return { asked, context: createFakeContext(world, folios) };
}

describe('order cancel', () => {
  test('asks with the order in words, cancels this order alone, and tells its state', async () => {
    const { asked, context } = ticketOf([ENTRY]);
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return 'y';
    };
    const run = await runCommand(['order', 'cancel', ENTRY.orderId], context, { isTTY: true, ask });
    expect(questions).toEqual(['Cancel BUY 100 KO LMT 60.10 of demo? [y/N] ']);
    expect(asked).toEqual([
      [ENTRY.ticketId, { orderRefs: [ENTRY.orderRef], reason: 'cancelled from the command line', by: 'ada' }],
    ]);
    expect(run.stdout).toMatch(/BUY 100 KO LMT 60\.10 +CANCELLED/);
  });

  test('of a ticket cancels all of it', async () => {
    const { asked, context } = ticketOf([ENTRY, STOP]);
    const run = await runCommand(
      ['order', 'cancel', ENTRY.ticketId, '--yes', '--reason', 'wrong day', '--json'],
      context,
    );
    expect(asked).toEqual([[ENTRY.ticketId, { orderRefs: null, reason: 'wrong day', by: 'ada' }]]);
    expect(JSON.parse(run.stdout)).toMatchObject({ cancelled: true, orders: [{ orderRef: ENTRY.orderRef }, {}] });
  });

  test('of a stop loss says that the position stands unprotected then', async () => {
    const { asked, context } = ticketOf([ENTRY, STOP]);
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return '';
    };
    const run = await runCommand(['order', 'cancel', STOP.orderId], context, { isTTY: true, ask });
    expect(questions[0]).toContain('1 stop loss among them: what is held stands unprotected');
    expect(run.stdout).toBe('Not cancelled.\n');
    expect(asked).toEqual([]);
  });

  test('refuses without a terminal and --yes, and what is over or filled in one step', async () => {
    const { asked, context } = ticketOf([ENTRY]);
    expect((await runCommand(['order', 'cancel', ENTRY.orderId], context)).stderr).toContain('CONFIRMATION_REQUIRED');
    const over = ticketOf([{ ...ENTRY, state: 'FILLED' }]).context;
    expect((await runCommand(['order', 'cancel', ENTRY.orderId, '--yes'], over)).stderr).toContain(
      'error ORDER_STATE_CONFLICT: nothing is left to do: BUY 100 KO LMT 60.10 is FILLED',
    );
    const research = ticketOf([{ ...ENTRY, state: 'PENDING', taskId: ENTRY.ticketId }]).context;
    expect((await runCommand(['order', 'cancel', ENTRY.orderId, '--yes'], research)).stderr).toContain(
      'research order',
    );
    expect(asked).toEqual([]);
  });

  test('does not claim a cancel that the broker has not confirmed', async () => {
    const { context } = ticketOf([ENTRY], 'ACCEPTED');
    const options = { reason: 'test', yes: true, ask: null };
    const patience = { looks: 3, intervalMs: 1 };
    const result = await cancelOrder(context, ENTRY.orderId, options, { width: 120, now: new Date() }, patience);
    expect(result.document).toMatchObject({ cancelled: false });
    expect(result.text).toContain('the broker has not confirmed it yet');
  });

  test('tells a fill that crossed the cancel', async () => {
    const { context } = ticketOf([ENTRY], 'FILLED');
    const run = await runCommand(['order', 'cancel', ENTRY.orderId, '--yes', '--json'], context);
    expect(JSON.parse(run.stdout)).toMatchObject({ cancelled: false, orders: [{ state: 'FILLED' }] });
  });
});

describe('order modify', () => {
  test('changes what is named, and shows the order as it is then', async () => {
    const { asked, context } = ticketOf([ENTRY], 'ACCEPTED');
    const run = await runCommand(['order', 'modify', ENTRY.orderId, '--limit', '60.25', '--quantity', '50'], context);
    expect(asked).toEqual([
      [ENTRY.ticketId, { orderRef: ENTRY.orderRef, limitPrice: '60.25', quantity: '50', by: 'ada' }],
    ]);
    expect(run.stdout).toMatch(/^Changed from BUY 100 KO LMT 60\.10\.\n[\s\S]*BUY 50 KO LIMIT 60\.25 +ACCEPTED/);
  });

  test.each([
    [[], 'error INPUT_INVALID: say what to change'],
    [['--limit', '60.255'], 'limitPrice: 60.255 is off the price increment of 0.01'],
    [['--limit', 'NaN'], 'limitPrice: "NaN" is not a decimal number'],
    [['--stop', '55'], 'stopPrice: is superfluous: a LIMIT order has none'],
    [['--quantity', '-5'], 'quantity: must be above 0, not -5'],
    [['--quantity', '1.5'], 'quantity: must be whole, not 1.5'],
  ])('%j is refused before anything is asked of the ticket', async (words, message) => {
    const { asked, context } = ticketOf([ENTRY]);
    const run = await runCommand(['order', 'modify', ENTRY.orderId, ...words], context);
    expect(run.stderr).toContain(message);
    expect(asked).toEqual([]);
  });
});

describe('order declare-dead', () => {
  test('closes an order that nobody knows of, on a person’s word', async () => {
    const { asked, context } = ticketOf([{ ...ENTRY, state: 'UNKNOWN' }]);
    const refused = await runCommand(['order', 'declare-dead', ENTRY.orderId], context);
    expect(refused.stderr).toContain('CONFIRMATION_REQUIRED');
    await runCommand(['order', 'declare-dead', ENTRY.orderId, '--yes', '--reason', 'asked the desk'], context);
    expect(asked).toEqual([[ENTRY.ticketId, { orderRef: ENTRY.orderRef, reason: 'asked the desk', by: 'ada' }]]);
  });

  test('is refused for an order whose state is known', async () => {
    const { context } = ticketOf([ENTRY]);
    const run = await runCommand(['order', 'declare-dead', ENTRY.orderId, '--yes'], context);
    expect(run.stderr).toContain('error ORDER_STATE_CONFLICT: BUY 100 KO LMT 60.10 is ACCEPTED');
  });
});
