import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Config } from '../config.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import {
  PLAN_RESEARCH_SCHEDULE_ID,
  RECONCILE_BROKER_SCHEDULE_ID,
  SNAPSHOT_PORTFOLIOS_SCHEDULE_ID,
  workflowIds,
} from '../contracts/workflow-ids.ts';

/** After the close in New York, when the day's prices are final. */
const SNAPSHOT_CRON = '30 17 * * 1-5';
/** A difference with a broker is found within a quarter of an hour, and at every connect besides. */
const RECONCILE_CRON = '*/15 * * * *';

/** Creates our schedules, or brings their times up to date; what a person paused stays paused. */
export async function ensureSchedules(client: Client, config: Config): Promise<void> {
  const { planCron, timeZone } = config.schedules;
  await Promise.all([
    ensure(client, schedule(PLAN_RESEARCH_SCHEDULE_ID, 'planResearch', workflowIds.planResearch, planCron, timeZone)),
    ensure(
      client,
      schedule(RECONCILE_BROKER_SCHEDULE_ID, 'reconcileBroker', workflowIds.reconcileBroker, RECONCILE_CRON, timeZone),
    ),
    ensure(
      client,
      schedule(
        SNAPSHOT_PORTFOLIOS_SCHEDULE_ID,
        'snapshotPortfolios',
        workflowIds.snapshotPortfolios,
        SNAPSHOT_CRON,
        timeZone,
      ),
    ),
  ]);
}

function schedule(
  scheduleId: string,
  workflowType: string,
  workflowId: (time: string) => string,
  cron: string,
  timezone: string,
): ScheduleOptions {
  return {
    scheduleId,
    spec: { cronExpressions: [cron], timezone },
    action: {
      type: 'startWorkflow',
      workflowType,
      // The server appends the scheduled time.
      workflowId: workflowId('scheduled'),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [{}],
    },
    // A run that is still going must not be doubled, and what was missed in an outage is stale, not owed.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10 minutes' },
  };
}

async function ensure(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await client.schedule.getHandle(options.scheduleId).update((existing) => ({
      ...existing,
      spec,
      action: { ...existing.action, ...action },
      policies: { ...policies },
    }));
  }
}
