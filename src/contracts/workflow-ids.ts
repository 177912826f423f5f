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
} as const;

export const PLAN_RESEARCH_SCHEDULE_ID = 'plan-research';
export const RECONCILE_BROKER_SCHEDULE_ID = 'reconcile-broker';
export const SNAPSHOT_PORTFOLIOS_SCHEDULE_ID = 'snapshot-portfolios';
