import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES, ticketSearchAttributes } from '../../src/contracts/search-attributes.ts';
import { finalFailure } from '../failures.ts';
import { books, type DeskSteps, deskSteps } from './activities.ts';
import {
  type CancelOrders,
  cancelOrdersUpdate,
  declareDeadUpdate,
  modifyOrderUpdate,
  type OrderTicketInput,
  orderNewsSignal,
  type SettledOrderTicket,
  ticketQuery,
  ticketStepQuery,
} from './messages.ts';
import { OrderBoard } from './order-board.ts';
import { submitOnce } from './submit-once.ts';
import { walkToLimit } from './walk-to-limit.ts';

const BY_WORKFLOW = { by: 'the workflow', reason: 'the workflow of its ticket was cancelled' };

/**
 * A ticket as its author wrote it: its orders are journaled and gated, given to the account's broker once, and followed
 * until each is over, however long they stand. A cancellation of the workflow cancels the orders and waits for their end.
 */
export async function executeOrderTicket(input: OrderTicketInput): Promise<SettledOrderTicket> {
  const { ticketId, accountId } = input;
  const board = new OrderBoard();
  let desk: DeskSteps | null = null;
  const view = () => ({ ticketId, accountId, step: board.step, orders: board.orders });
  const show = () => setCurrentDetails(board.details);

  setHandler(ticketStepQuery, () => board.step);
  setHandler(ticketQuery, view);
  setHandler(orderNewsSignal, (news) => {
    board.tell([news]);
    show();
  });
  setHandler(
    cancelOrdersUpdate,
    async (wanted) => {
      await cancel(wanted);
      return view();
    },
    { validator: ({ orderRefs }) => requireKnown(board, orderRefs ?? []), description: 'cancel orders of the ticket' },
  );
  setHandler(
    modifyOrderUpdate,
    async (change) => {
      await condition(() => desk !== null);
      board.tell(await asAnswer(() => desk?.modify({ ticketId, ...change })));
      show();
      return view();
    },
    { validator: ({ orderRef }) => requireKnown(board, [orderRef]), description: 'change a working order' },
  );
  setHandler(
    declareDeadUpdate,
    async (order) => {
      board.tell(await asAnswer(() => books.declareDead({ ticketId, ...order })));
      show();
      return view();
    },
    { validator: ({ orderRef }) => requireKnown(board, [orderRef]), description: 'close an order of unknown state' },
  );

  try {
    // What a person cancels is the orders, not our attention: they may fill until the broker confirms.
    const work = CancellationScope.nonCancellable(() => run());
    CancellationScope.current().cancelRequested.catch(async () => {
      await cancel({ orderRefs: null, ...BY_WORKFLOW }).catch((error: unknown) => log.warn('not cancelled', { error }));
    });
    return await work;
  } catch (error) {
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }

  async function run(): Promise<SettledOrderTicket> {
    const opened = await books.open(input);
    board.open(opened);
    // Whoever starts a ticket through our client gives it these at the start; every later change of one costs an event.
    if (!workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.account)) {
      upsertSearchAttributes(ticketSearchAttributes(accountId, opened.symbol));
    }
    const steps = deskSteps(opened);
    desk = steps;
    for (const placement of opened.placements) {
      await submitOnce(ticketId, placement, board, steps);
      show();
    }
    board.step = 'working';
    show();
    if (opened.walk) await walkToLimit(ticketId, opened.walk, board, steps);
    await condition(() => board.isOver || workflowInfo().continueAsNewSuggested);
    await condition(allHandlersFinished);
    if (!board.isOver) await continueAsNew<typeof executeOrderTicket>(input);
    const settled = await books.settle({ ticketId });
    board.tell(settled.orders);
    board.step = 'settled';
    show();
    return settled;
  }

  function cancel({ orderRefs, reason, by }: CancelOrders): Promise<void> {
    return CancellationScope.nonCancellable(async () => {
      await condition(() => desk !== null);
      const wanted = board.openOf(orderRefs ?? undefined);
      board.tell(await books.withdraw({ ticketId, orderRefs: wanted, reason, by }));
      const sent = board.openOf(wanted);
      if (sent.length > 0 && desk) board.tell(await desk.cancel({ ticketId, orderRefs: sent, reason, by }));
      show();
    });
  }
}

/** Before the ticket is opened nobody knows its orders; then the step itself refuses what is not of it. */
function requireKnown(board: OrderBoard, orderRefs: readonly string[]): void {
  if (!board.isOpened) return;
  const unknown = orderRefs.find((ref) => board.stateOf(ref) === null);
  if (unknown === undefined) return;
  throw ApplicationFailure.nonRetryable(`order ${unknown} is not one of this ticket`, 'TICKET_CONFLICT');
}

/** A step that an update waits for fails the update with its code, never the ticket. */
async function asAnswer<T>(step: () => Promise<readonly T[]> | undefined): Promise<readonly T[]> {
  try {
    return (await CancellationScope.nonCancellable(async () => await step())) ?? [];
  } catch (error) {
    throw finalFailure(error, 'BROKER_UNAVAILABLE');
  }
}
