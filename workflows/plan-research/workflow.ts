import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ResearchActivities, StaleStrategy } from '../../src/contracts/activities/research.ts';
import { researchSearchAttributes, SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { finalFailure } from '../failures.ts';
import type { researchRun } from '../research-run/workflow.ts';
import type { PlanResearchInput, ResearchPlan } from './messages.ts';

const { planResearch: findStale } = proxyActivities<ResearchActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  summary: 'find active strategies without a recent submission',
});

/** Finds stale active strategies and starts a run of each; the runs go on by themselves. */
export async function planResearch(input: PlanResearchInput): Promise<ResearchPlan> {
  const plan = await list(input);
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'research' }]);
  setCurrentDetails(
    plan.stale.length === 0
      ? 'Nothing is stale.'
      : plan.stale.map((one) => `- \`${one.slug}\`: ${one.providers.join(', ')}`).join('\n'),
  );
  if (!plan.dryRun) await Promise.all(plan.stale.map(startRun));
  return plan;
}

async function list(input: PlanResearchInput): Promise<ResearchPlan> {
  try {
    return await findStale(input);
  } catch (error) {
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }
}

async function startRun(stale: StaleStrategy): Promise<void> {
  try {
    await startChild<typeof researchRun>('researchRun', {
      workflowId: workflowIds.researchRun(stale.requestGroupId),
      args: [{ strategyId: stale.strategyId, providers: [...stale.providers], requestGroupId: stale.requestGroupId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: stale.name,
      typedSearchAttributes: researchSearchAttributes(stale.strategyId),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
