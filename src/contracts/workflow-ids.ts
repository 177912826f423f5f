/** Workflow ids, one function each, made from business keys: starting twice is harmless and a person can find the run. */
export const workflowIds = {
  planResearch: (time: string) => `plan-research/${time}`,
  researchRun: (requestGroupId: string) => `research/${requestGroupId}`,
  providerJob: (taskId: string) => `job/${taskId}`,
  executeTicket: (ticketId: string) => `ticket/${ticketId}`,
  reconcileBroker: (time: string) => `reconcile/${time}`,
  /** One at a time: whoever signals it joins the run that is under way. */
  tradingMode: () => 'trading-mode',
  snapshotPortfolios: (marketDate: string) => `snapshot/${marketDate}`,
  archiveHistories: (time: string) => `archive-histories/${time}`,
  /** The server appends `-` and the scheduled time, so that a firing has one id. */
  scheduledRun: (strategyId: string) => `scheduled/${strategyId}`,
  deliverAlert: (alertId: string, channelId: string) => `alert/${alertId}/${channelId}`,
} as const;

export const PLAN_RESEARCH_SCHEDULE_ID = 'plan-research';
export const RECONCILE_BROKER_SCHEDULE_ID = 'reconcile-broker';
export const SNAPSHOT_PORTFOLIOS_SCHEDULE_ID = 'snapshot-portfolios';
export const ARCHIVE_HISTORIES_SCHEDULE_ID = 'archive-histories';

/** The schedules of the service itself. */
export const SYSTEM_SCHEDULE_IDS: readonly string[] = [
  PLAN_RESEARCH_SCHEDULE_ID,
  RECONCILE_BROKER_SCHEDULE_ID,
  SNAPSHOT_PORTFOLIOS_SCHEDULE_ID,
  ARCHIVE_HISTORIES_SCHEDULE_ID,
];

/** The Temporal Schedule of a strategy. */
export function strategyScheduleId(strategyId: string): string {
  return `strategy/${strategyId}`;
}
