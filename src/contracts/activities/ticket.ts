import type { ProviderName } from '../../domain/research/provider.ts';
import type { ExecuteTicketInput } from '../schemas/workflow-inputs.ts';

export interface JournaledTicket {
  readonly ticketId: string;
  readonly taskId: string;
  readonly accountId: string;
  readonly strategyId: string;
  readonly provider: ProviderName;
  readonly marketDate: string;
  readonly orderCount: number;
  readonly deniedCount: number;
}

export interface SettledTicket {
  readonly ticketId: string;
  readonly accountId: string;
  readonly filledCount: number;
  readonly deniedCount: number;
  readonly cashUsd: string;
  readonly positionsUsd: string;
  readonly totalUsd: string;
}

export interface TicketActivities {
  /** Validates the input, opens the account, sizes the orders and commits them. INPUT_INVALID, TASK_NOT_FOUND, TASK_STATE_CONFLICT. */
  journalTicket(input: ExecuteTicketInput): Promise<JournaledTicket>;
  /** Fills the journaled orders at the paper broker and books fills, positions and ledger in one transaction, once. */
  settleTicket(
    ticket: Pick<JournaledTicket, 'ticketId' | 'taskId' | 'accountId' | 'marketDate'>,
  ): Promise<SettledTicket>;
}
