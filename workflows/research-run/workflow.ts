import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  type Workflow,
  workflowInfo,
} from '@temporalio/workflow';
import type { EnqueuedRun, EnqueuedTaskSummary, ResearchActivities } from '../../src/contracts/activities/research.ts';
import { researchSearchAttributes, SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import type { PortfolioTicket } from '../execute-ticket/messages.ts';
import { finalFailure, stepFailure } from '../failures.ts';
import type { providerJob } from '../provider-job/workflow.ts';
import { describeRun } from './details.ts';
import {
  enqueuedUpdate,
  outcomesQuery,
  type ProviderOutcome,
  type ResearchRunInput,
  type ResearchRunResult,
} from './messages.ts';

type JobHandle = ChildWorkflowHandle<typeof providerJob>;

const { enqueueResearch } = proxyActivities<ResearchActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  summary: 'make one request and task per provider',
});

/**
 * One run of a research strategy: enqueue, then every provider's job and portfolio ticket side by side. A provider's
 * failure never stops the others; the run fails only if all of them did. One whose budget is used up is denied.
 */
export async function researchRun(input: ResearchRunInput): Promise<ResearchRunResult> {
  let run: EnqueuedRun | null = null;
  const outcomes = new Map<string, ProviderOutcome>();
  let enqueueError: unknown = null;
  let areJobsStarted = false;
  // Whoever is told of a task will talk to its job next.
  const settled = () => areJobsStarted || enqueueError !== null;

  setHandler(outcomesQuery, () => [...outcomes.values()]);
  setHandler(enqueuedUpdate, async () => {
    await condition(settled);
    if (run) return run;
    const failure = stepFailure(enqueueError, 'DATABASE_UNREACHABLE');
    throw ApplicationFailure.nonRetryable(failure.reason, failure.code);
  });

  try {
    run = await enqueueResearch(input);
  } catch (error) {
    enqueueError = error;
    await condition(allHandlersFinished);
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }
  const enqueued = run;
  // The plan gives its runs their search attributes at the start; every later change of one costs an event.
  if (!workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.strategy)) {
    upsertSearchAttributes(researchSearchAttributes(enqueued.strategyId));
  }

  const tasks = enqueued.tasks.filter((task) => task.enqueued);
  const jobs = await Promise.all(tasks.map(async (task) => ({ task, job: await startJob(task) })));
  areJobsStarted = true;
  await Promise.all(jobs.map(({ task, job }) => follow(task, job)));

  const failed = [...outcomes.values()].filter((outcome) => outcome.state === 'failed');
  // What the workflow's own status does not tell: a run goes on without the providers that failed.
  const isAnyDenied = [...outcomes.values()].some((outcome) => outcome.state === 'denied');
  if (failed.length > 0) upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.state, value: 'failed' }]);
  else if (isAnyDenied) upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.state, value: 'denied' }]);
  await condition(allHandlersFinished);
  if (tasks.length > 0 && failed.length === tasks.length) {
    const reasons = failed.map((outcome) => `${outcome.provider}: ${outcome.failure?.code} ${outcome.failure?.reason}`);
    throw ApplicationFailure.nonRetryable(`every provider failed: ${reasons.join('; ')}`, 'JOB_FAILED', [
      ...outcomes.values(),
    ]);
  }
  return { run: enqueued, outcomes: [...outcomes.values()] };

  /** One provider from its job to its settled ticket. A held run leaves the ticket to `folios execute --ready`. */
  async function follow(task: EnqueuedTaskSummary, job: JobHandle | null): Promise<void> {
    report(task, { state: 'working' });
    try {
      if (!job)
        return report(task, {
          state: 'failed',
          failure: { code: 'TASK_STATE_CONFLICT', reason: 'another run owns this task' },
        });
      const { recommendationCount, denied } = await job.result();
      if (denied !== undefined) {
        return report(task, { state: 'denied', failure: { code: 'BUDGET_EXCEEDED', reason: denied } });
      }
      report(task, { state: 'succeeded', recommendationCount });
      if (enqueued.hold) return;
      const ticket = await startTicket(task);
      // Somebody executes this very ticket already: it is theirs to follow.
      if (!ticket) return;
      const { totalUsd } = await ticket.result();
      report(task, { state: 'executed', totalUsd });
    } catch (error) {
      if (!(error instanceof ChildWorkflowFailure)) throw error;
      if (isCancellation(error)) throw error;
      const { code, reason } = stepFailure(error, 'JOB_TIMED_OUT');
      report(task, { state: 'failed', failure: { code, reason } });
    }
  }

  function startJob(task: EnqueuedTaskSummary): Promise<ChildWorkflowHandle<typeof providerJob> | null> {
    return unlessStarted(() =>
      startChild<typeof providerJob>('providerJob', {
        workflowId: workflowIds.providerJob(task.taskId),
        args: [{ taskId: task.taskId, hold: enqueued.hold }],
        // A run started again with the same group takes up what was terminated, never what has succeeded.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${enqueued.strategyName}: ${task.provider} ${task.mode}`,
        typedSearchAttributes: researchSearchAttributes(enqueued.strategyId, task.provider),
      }),
    );
  }

  function startTicket(task: EnqueuedTaskSummary): Promise<ChildWorkflowHandle<PortfolioTicket> | null> {
    return unlessStarted(() =>
      startChild<PortfolioTicket>('executeTicket', {
        workflowId: workflowIds.executeTicket(task.taskId),
        // A research ticket has its task's id: one task, one ticket.
        args: [{ ticketId: task.taskId, taskId: task.taskId }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${enqueued.strategyName}: orders of ${task.provider}`,
        typedSearchAttributes: [
          ...researchSearchAttributes(enqueued.strategyId, task.provider),
          { key: SEARCH_ATTRIBUTES.account, value: task.accountId },
        ],
      }),
    );
  }

  function report(task: EnqueuedTaskSummary, change: Partial<ProviderOutcome>): void {
    const before = outcomes.get(task.taskId);
    outcomes.set(task.taskId, {
      provider: task.provider,
      taskId: task.taskId,
      state: 'working',
      recommendationCount: 0,
      failure: null,
      totalUsd: null,
      ...before,
      ...change,
    });
    setCurrentDetails(describeRun(enqueued, [...outcomes.values()]));
  }
}

/** The child that was started; null if its id is taken, by one that runs or by one that must not be repeated. */
async function unlessStarted<T extends Workflow>(
  start: () => Promise<ChildWorkflowHandle<T>>,
): Promise<ChildWorkflowHandle<T> | null> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}
