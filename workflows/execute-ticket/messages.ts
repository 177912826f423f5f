import { defineQuery } from '@temporalio/workflow';
import type { SettledTicket } from '../../src/contracts/activities/ticket.ts';
import type { ExecuteTicketInput } from '../../src/contracts/schemas/workflow-inputs.ts';

export type { ExecuteTicketInput, SettledTicket };

export const ticketStepQuery = defineQuery<string>('step');
