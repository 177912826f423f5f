import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { FiringDecision, ScheduledRunActivities } from '../../src/contracts/activities/scheduled-run.ts';
import { researchSearchAttributes } from '../../src/contracts/search-attributes.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import { finalFailure } from '../failures.ts';
import type { researchRun } from '../research-run/workflow.ts';
import type { ScheduledRunInput, ScheduledRunResult } from './messages.ts';

const { decideFiring } = proxyActivities<ScheduledRunActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  summary: 'ask the market calendar and the strategy',
});

/**
 * One firing of a strategy's schedule: starts the strategy's run and ends with it, so that the schedule sees what
 * overlaps; or says why it starts nothing.
 */
export async function scheduledRun(input: ScheduledRunInput): Promise<ScheduledRunResult> {
  const decision = await decide(input);
  if (!decision.starts) {
    setCurrentDetails(`Nothing was started: ${decision.reason}.`);
    return { started: false, reason: decision.reason };
  }
  upsertSearchAttributes(researchSearchAttributes(decision.strategyId));
  const workflowId = workflowIds.researchRun(decision.requestGroupId);
  setCurrentDetails(`Runs \`${workflowId}\`.`);
  await run(decision, workflowId);
  return { started: true, requestGroupId: decision.requestGroupId, workflowId };
}

async function decide(input: ScheduledRunInput): Promise<FiringDecision> {
  try {
    return await decideFiring({ ...input, scheduledAt: scheduledTime() });
  } catch (error) {
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }
}

/** The server ends the id of what a schedule starts with the nominal time; who starts one by hand means now. */
function scheduledTime(): string {
  const { workflowId, startTime } = workflowInfo();
  const [, nominal] = /-(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(workflowId) ?? [];
  return nominal ?? startTime.toISOString();
}

async function run(decision: FiringDecision & { starts: true }, workflowId: string): Promise<void> {
  const { strategyId, strategyName, requestGroupId } = decision;
  try {
    const child = await startChild<typeof researchRun>('researchRun', {
      workflowId,
      // The schedule is the cadence: what it asks for is wanted however recent the last answer is.
      args: [{ strategyId, requestGroupId, force: true }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: strategyName,
      typedSearchAttributes: researchSearchAttributes(strategyId),
    });
    await child.result();
  } catch (error) {
    // This firing was made up for while its first run is still going.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
