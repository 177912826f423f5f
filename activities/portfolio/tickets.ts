import type { TicketActivities } from '../../src/contracts/activities/ticket.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { executeTicketInputSchema } from '../../src/contracts/schemas/workflow-inputs.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import { withFailures } from '../failures.ts';
import { parseInput } from '../input.ts';
import { requireTask } from '../require-task.ts';
import { withAccount } from './books.ts';
import { journal, openAccount, summary } from './journal.ts';
import type { TicketPorts } from './ports.ts';
import { settle } from './settle.ts';

/** From a task's recommendations to booked fills. */
export function createTicketActivities(ports: TicketPorts): TicketActivities {
  return withFailures<TicketActivities>({
    async journalTicket(input) {
      const { ticketId, taskId, initialBalanceUsd } = parseInput(executeTicketInputSchema, input);
      const task = await requireTask(ports.research, taskId);
      if (task.state !== TaskState.succeeded) {
        const message = `task ${taskId} is ${task.state}; only a succeeded task has recommendations to execute`;
        throw new FoliosError('TASK_STATE_CONFLICT', message, { taskId, state: task.state });
      }
      const [account, known] = await Promise.all([
        openAccount(ports, task, initialBalanceUsd),
        ports.portfolio.listOrders({ ticketId }),
      ]);
      const orders =
        known.length > 0
          ? known
          : await withAccount(ports, account.accountId, () => journal(ports, { ticketId, task, account }));
      // Without an order the ticket only values the account, at the present prices.
      const marketDate = orders[0]?.marketDate ?? (await ports.marketClock.today(account.priceSource));
      return summary(ticketId, task, account, { orders, marketDate });
    },

    async settleTicket(ticket) {
      const { ticketId, accountId } = ticket;
      const account = await ports.portfolio.findAccount(accountId);
      if (!account)
        throw new FoliosError('TICKET_CONFLICT', `ticket ${ticketId} names no known account`, { accountId });
      return withAccount(ports, accountId, () => settle(ports, ticket, account));
    },
  });
}
