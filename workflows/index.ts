/** Every workflow type, by its exported name. The only barrel: Temporal's bundler starts here. */
export { archiveHistories } from './archive-histories/workflow.ts';
export { deliverAlert } from './deliver-alert/workflow.ts';
export { executeTicket } from './execute-ticket/workflow.ts';
export { planResearch } from './plan-research/workflow.ts';
export { providerJob } from './provider-job/workflow.ts';
export { reconcileBroker } from './reconcile-broker/workflow.ts';
export { researchRun } from './research-run/workflow.ts';
export { scheduledRun } from './scheduled-run/workflow.ts';
export { snapshotPortfolios } from './snapshot-portfolios/workflow.ts';
export { tradingMode } from './trading-mode/workflow.ts';
