import { z } from 'zod';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import { ProviderName } from '../../domain/research/provider.ts';
import { MarketRule } from '../../domain/schedules/strategy-schedule.ts';
import { ticketSpecSchema } from './ticket.ts';

const providersSchema = z.array(z.enum(ProviderName)).min(1).max(3);

export const researchRunInputSchema = z.strictObject({
  /** A strategy's UUID or slug. */
  strategyId: z.string().min(1).max(100),
  /** Ask only these of the strategy's providers; all of them when absent. */
  providers: providersSchema.optional(),
  /** Made from the workflow's ids when absent. */
  requestGroupId: z.uuid().optional(),
  /** Wait before each step for a person: `folios submit`, `poll`, `harvest`, `execute --ready`. */
  hold: z.boolean().default(false),
  /** Enqueue although a recent submission exists. */
  force: z.boolean().default(false),
});
export type ResearchRunInput = z.input<typeof researchRunInputSchema>;

export const providerJobInputSchema = z.strictObject({
  taskId: z.uuid(),
  hold: z.boolean().default(false),
});
export type ProviderJobInput = z.input<typeof providerJobInputSchema>;

export const executeTicketInputSchema = z.strictObject({
  ticketId: z.uuid(),
  /** The succeeded task whose recommendations become the orders of this ticket. */
  taskId: z.uuid(),
  /** Opening balance if the account does not exist yet; the strategy's when absent. */
  initialBalanceUsd: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,2})?$/)
    .optional(),
});
export type ExecuteTicketInput = z.input<typeof executeTicketInputSchema>;

/** A ticket as its author writes it. */
export interface OrderTicketInput {
  readonly ticketId: string;
  /** A trading account's id. */
  readonly accountId: string;
  readonly ticket: TicketSpec;
  /** The trade that the ticket belongs to. */
  readonly tradeId?: string;
}

export const orderTicketInputSchema = z.strictObject({
  ticketId: z.uuid(),
  accountId: z.uuid(),
  ticket: ticketSpecSchema,
  tradeId: z.string().min(1).max(100).exactOptional(),
}) satisfies z.ZodType<OrderTicketInput>;

/** A ticket is made from a task's recommendations, or written by its author. */
export type TicketInput = ExecuteTicketInput | OrderTicketInput;

export const turnSwitchInputSchema = z.strictObject({
  /** An account's id or name; all when absent. */
  account: z.string().min(1).max(200).exactOptional(),
  /** Kept and shown with the switch. */
  reason: z.string().min(1).max(500).default('turned by a signal'),
  by: z.string().min(1).max(200).default('a signal'),
});
export type TurnSwitchInput = z.input<typeof turnSwitchInputSchema>;

export const reconcileBrokerInputSchema = z.strictObject({
  /** A trading account's id or name; all when absent. */
  account: z.string().min(1).max(200).exactOptional(),
});
export type ReconcileBrokerInput = z.input<typeof reconcileBrokerInputSchema>;

export const planResearchInputSchema = z.strictObject({
  /** List what is stale and start nothing. */
  dryRun: z.boolean().default(false),
});
export type PlanResearchInput = z.input<typeof planResearchInputSchema>;

export const snapshotPortfoliosInputSchema = z.strictObject({
  /** Value the portfolios as of this day; the market clock's day when absent. */
  marketDate: z.iso.date().optional(),
});
export type SnapshotPortfoliosInput = z.input<typeof snapshotPortfoliosInputSchema>;

/** What a strategy's schedule starts. */
export const scheduledRunInputSchema = z.strictObject({
  strategyId: z.uuid(),
  market: z.enum(MarketRule).default(MarketRule.tradingDays),
});
export type ScheduledRunInput = z.input<typeof scheduledRunInputSchema>;

/** One firing, with the time that it was scheduled for. */
export const firingInputSchema = scheduledRunInputSchema.extend({ scheduledAt: z.iso.datetime() });
export type FiringInput = z.input<typeof firingInputSchema>;
