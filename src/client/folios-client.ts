import {
  type Client,
  WithStartWorkflowOperation,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import {
  type CancelOrders,
  cancelOrdersUpdate,
  type DeclareDead,
  declareDeadUpdate,
  type ModifyOrder,
  modifyOrderUpdate,
  type OrderTicket,
  orderNewsSignal,
  type PortfolioTicket,
  type TicketView,
  ticketQuery,
} from '../../workflows/execute-ticket/messages.ts';
import type { executeTicket } from '../../workflows/execute-ticket/workflow.ts';
import type { planResearch } from '../../workflows/plan-research/workflow.ts';
import {
  cancelUpdate,
  harvestUpdate,
  type ProviderJobView,
  pollUpdate,
  submitUpdate,
} from '../../workflows/provider-job/messages.ts';
import type { providerJob } from '../../workflows/provider-job/workflow.ts';
import type { ReconcileBrokerInput, ReconcileBrokerResult } from '../../workflows/reconcile-broker/messages.ts';
import type { reconcileBroker } from '../../workflows/reconcile-broker/workflow.ts';
import { enqueuedUpdate } from '../../workflows/research-run/messages.ts';
import type { researchRun } from '../../workflows/research-run/workflow.ts';
import type { snapshotPortfolios } from '../../workflows/snapshot-portfolios/workflow.ts';
import type { JobStatus } from '../contracts/activities/provider-job.ts';
import type { EnqueuedRun, ResearchPlan } from '../contracts/activities/research.ts';
import type {
  ExecuteTicketInput,
  OrderTicketInput,
  PlanResearchInput,
  ResearchRunInput,
  SnapshotPortfoliosInput,
  TicketInput,
} from '../contracts/schemas/workflow-inputs.ts';
import { ticketSearchAttributes } from '../contracts/search-attributes.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { workflowIds } from '../contracts/workflow-ids.ts';
import type { OrderSpec } from '../domain/orders/order.ts';
import type { OrderNews } from '../domain/orders/order-news.ts';
import type { TicketSpec } from '../domain/orders/ticket.ts';
import { findRepeatedSteps, type RepeatedStep } from './repeated-steps.ts';

export interface StartedRun {
  readonly handle: WorkflowHandle<typeof researchRun>;
  /** The rows the run made, or found to be there already. */
  readonly run: EnqueuedRun;
}

/** A typed way to start and follow every workflow; nothing here but ids, queues and types over a Temporal client. */
export interface FoliosClient {
  /** Starts a run, or joins the one with this group id, and answers when its rows exist. */
  startResearchRun(input: ResearchRunInput & { requestGroupId: string }): Promise<StartedRun>;
  researchRun(requestGroupId: string): WorkflowHandle<typeof researchRun>;
  providerJob(taskId: string): WorkflowHandle<typeof providerJob>;
  submitJob(taskId: string): Promise<ProviderJobView>;
  pollJob(taskId: string): Promise<JobStatus>;
  harvestJob(taskId: string): Promise<ProviderJobView>;
  cancelJob(taskId: string, reason: string): Promise<ProviderJobView>;
  /** What a task's job is trying again and why, such as a write to a full artifact store. */
  repeatedSteps(taskId: string): Promise<readonly RepeatedStep[]>;
  /** Starts the ticket of a task, or one that somebody wrote, or joins the one that runs or ran. */
  startTicket(input: ExecuteTicketInput): Promise<WorkflowHandle<PortfolioTicket>>;
  startTicket(input: OrderTicketInput): Promise<WorkflowHandle<OrderTicket>>;
  /** The ticket's workflow, whether it still runs and what it ended with. */
  ticket(ticketId: string): WorkflowHandle<typeof executeTicket>;
  ticketView(ticketId: string): Promise<TicketView>;
  cancelOrders(ticketId: string, orders: CancelOrders): Promise<TicketView>;
  modifyOrder(ticketId: string, change: ModifyOrder): Promise<TicketView>;
  declareDead(ticketId: string, order: DeclareDead): Promise<TicketView>;
  /** Tells a ticket how an order of it stands; false where the ticket has ended and nobody listens. */
  tellTicket(ticketId: string, news: OrderNews): Promise<boolean>;
  /** Compares our journal with the brokers' books now. */
  reconcileBroker(input: ReconcileBrokerInput, time: string): Promise<ReconcileBrokerResult>;
  planResearch(input: PlanResearchInput, time: string): Promise<ResearchPlan>;
  startSnapshot(input: SnapshotPortfoliosInput, marketDate: string): Promise<WorkflowHandle<typeof snapshotPortfolios>>;
}

export function createFoliosClient(temporal: Client): FoliosClient {
  const { workflow } = temporal;
  const ticket = (ticketId: string) => workflow.getHandle<typeof executeTicket>(workflowIds.executeTicket(ticketId));
  const job = (taskId: string) => workflow.getHandle<typeof providerJob>(workflowIds.providerJob(taskId));

  return {
    async startResearchRun(input) {
      const start = new WithStartWorkflowOperation<typeof researchRun>('researchRun', {
        workflowId: workflowIds.researchRun(input.requestGroupId),
        staticSummary: `research: ${input.strategyId}`,
        taskQueue: WORKFLOW_TASK_QUEUE,
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [input],
      });
      const run = await workflow.executeUpdateWithStart(enqueuedUpdate, { startWorkflowOperation: start });
      return { handle: await start.workflowHandle(), run };
    },
    researchRun: (requestGroupId) => workflow.getHandle(workflowIds.researchRun(requestGroupId)),
    providerJob: job,
    submitJob: (taskId) => job(taskId).executeUpdate(submitUpdate),
    pollJob: (taskId) => job(taskId).executeUpdate(pollUpdate),
    harvestJob: (taskId) => job(taskId).executeUpdate(harvestUpdate),
    cancelJob: (taskId, reason) => job(taskId).executeUpdate(cancelUpdate, { args: [reason] }),
    repeatedSteps: (taskId) => findRepeatedSteps(job(taskId)),
    // What a ticket ends with follows from its input, as the overloads say.
    startTicket: (input: TicketInput) =>
      workflow.start<(input: TicketInput) => Promise<never>>('executeTicket', {
        workflowId: workflowIds.executeTicket(input.ticketId),
        taskQueue: WORKFLOW_TASK_QUEUE,
        workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: attributesOf(input),
        args: [input],
      }),
    ticket,
    ticketView: (ticketId) => ticket(ticketId).query(ticketQuery),
    cancelOrders: (ticketId, orders) => ticket(ticketId).executeUpdate(cancelOrdersUpdate, { args: [orders] }),
    modifyOrder: (ticketId, change) => ticket(ticketId).executeUpdate(modifyOrderUpdate, { args: [change] }),
    declareDead: (ticketId, order) => ticket(ticketId).executeUpdate(declareDeadUpdate, { args: [order] }),
    async tellTicket(ticketId, news) {
      try {
        await ticket(ticketId).signal(orderNewsSignal, news);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    reconcileBroker: (input, time) =>
      workflow.execute<typeof reconcileBroker>('reconcileBroker', {
        workflowId: workflowIds.reconcileBroker(time),
        taskQueue: WORKFLOW_TASK_QUEUE,
        args: [input],
      }),
    planResearch: (input, time) =>
      workflow.execute<typeof planResearch>('planResearch', {
        workflowId: workflowIds.planResearch(time),
        taskQueue: WORKFLOW_TASK_QUEUE,
        args: [input],
      }),
    startSnapshot: (input, marketDate) =>
      workflow.start<typeof snapshotPortfolios>('snapshotPortfolios', {
        workflowId: workflowIds.snapshotPortfolios(marketDate),
        taskQueue: WORKFLOW_TASK_QUEUE,
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [input],
      }),
  };
}

/** None for what is no ticket: its first step says what is wrong with it. */
function attributesOf(input: TicketInput): SearchAttributePair[] {
  if (!('ticket' in input)) return [];
  const { accountId, ticket } = input;
  const symbol = firstOrderOf(ticket)?.tradable?.symbol;
  return [accountId, symbol].every((one) => typeof one === 'string')
    ? ticketSearchAttributes(accountId, symbol ?? '')
    : [];
}

function firstOrderOf(ticket: TicketSpec): Partial<OrderSpec> | undefined {
  if (ticket.kind === 'bracket') return ticket.entry;
  return ticket.kind === 'oca' || ticket.kind === 'basket' ? ticket.orders?.[0] : ticket.order;
}
