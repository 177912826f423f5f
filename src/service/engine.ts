import type { CancelOrders, DeclareDead, ModifyOrder, TicketView } from '../../workflows/execute-ticket/messages.ts';
import type { ProviderJobView } from '../../workflows/provider-job/messages.ts';
import type { ReconcileBrokerInput, ReconcileBrokerResult } from '../../workflows/reconcile-broker/messages.ts';
import type { RepeatedStep } from '../client/repeated-steps.ts';
import type { SettledOrderTicket } from '../contracts/activities/order-ticket.ts';
import type { JobStatus } from '../contracts/activities/provider-job.ts';
import type { EnqueuedRun, PortfolioSnapshotSummary } from '../contracts/activities/research.ts';
import type { SettledTicket } from '../contracts/activities/ticket.ts';
import type {
  ExecuteTicketInput,
  OrderTicketInput,
  ResearchRunInput,
  SnapshotPortfoliosInput,
} from '../contracts/schemas/workflow-inputs.ts';

/** Something that was started: whether it still runs (`RUNNING`), and what it ends with. */
export interface Started<Result> {
  describe(): Promise<{ readonly status: { readonly name: string } }>;
  result(): Promise<Result>;
}

/** Tickets as they are started, looked at and changed. */
export interface TicketDesk {
  /** Starts the ticket of a task, or one that somebody wrote, or joins the one that runs or ran. */
  startTicket(input: ExecuteTicketInput): Promise<Started<SettledTicket>>;
  startTicket(input: OrderTicketInput): Promise<Started<SettledOrderTicket>>;
  ticketView(ticketId: string): Promise<TicketView>;
  cancelOrders(ticketId: string, orders: CancelOrders): Promise<TicketView>;
  modifyOrder(ticketId: string, change: ModifyOrder): Promise<TicketView>;
  declareDead(ticketId: string, order: DeclareDead): Promise<TicketView>;
}

/** What moves the workflows: `FoliosClient` over Temporal, or a folios server over HTTP. */
export interface Engine extends TicketDesk {
  /** Starts a run, or joins the one with this group id, and answers when its rows exist. */
  startResearchRun(
    input: ResearchRunInput & { requestGroupId: string },
  ): Promise<{ readonly run: EnqueuedRun; readonly handle: { result(): Promise<unknown> } }>;
  submitJob(taskId: string): Promise<ProviderJobView>;
  pollJob(taskId: string): Promise<JobStatus>;
  harvestJob(taskId: string): Promise<ProviderJobView>;
  cancelJob(taskId: string, reason: string): Promise<ProviderJobView>;
  repeatedSteps(taskId: string): Promise<readonly RepeatedStep[]>;
  /** Compares our journal with the brokers' books now. */
  reconcileBroker(input: ReconcileBrokerInput, time: string): Promise<ReconcileBrokerResult>;
  startSnapshot(
    input: SnapshotPortfoliosInput,
    marketDate: string,
  ): Promise<{ result(): Promise<readonly PortfolioSnapshotSummary[]> }>;
}
