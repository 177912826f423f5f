import { type Client, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Kysely } from 'kysely';
import { createScheduleRecords } from '../../db/repositories/schedule-records.ts';
import type { DB } from '../../db/schema.gen.ts';
import { ensureSchedule } from '../adapters/temporal/schedule-sync.ts';
import { createStrategySchedules } from '../adapters/temporal/schedules.ts';
import type { Config } from '../config.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import {
  ARCHIVE_HISTORIES_SCHEDULE_ID,
  PLAN_RESEARCH_SCHEDULE_ID,
  RECONCILE_BROKER_SCHEDULE_ID,
  SNAPSHOT_PORTFOLIOS_SCHEDULE_ID,
  workflowIds,
} from '../contracts/workflow-ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { StrategyRepository } from '../ports/repositories.ts';
import type { StrategySchedules } from '../ports/strategy-schedules.ts';

/** After the close in New York, when the day's prices are final. */
const SNAPSHOT_CRON = '30 17 * * 1-5';
/** A difference with a broker is found within a quarter of an hour, and at every connect besides. */
const RECONCILE_CRON = '*/15 * * * *';
/** Long before a history is forgotten: the embedded server keeps one for a day, and no cluster for less. */
const ARCHIVE_CRON = '20 * * * *';

/** The schedules of strategies, as commands and the API see them. */
export function createSchedules(
  { encryptionKeys }: Pick<Config, 'encryptionKeys'>,
  { db, strategies, clock }: { db: Kysely<DB>; strategies: StrategyRepository; clock: Clock },
  client: Client,
): StrategySchedules {
  const keyId = encryptionKeys[0]?.id ?? null;
  return createStrategySchedules({
    ...{ client, strategies, keyId, records: createScheduleRecords(db) },
    now: () => clock.now(),
  });
}

/** Strategies whose schedules follow their documents: what is saved is applied in Temporal, too. */
export function withSchedules(strategies: StrategyRepository, schedules: StrategySchedules): StrategyRepository {
  return {
    ...strategies,
    async save(document) {
      const saved = await strategies.save(document);
      // Also where nothing changed: an earlier save may have ended before its schedule was applied.
      await schedules.sync(saved.record);
      return saved;
    },
  };
}

/** Brings every strategy's schedule up to date, one after the other; what was applied before is left alone. */
export async function syncSchedules(strategies: StrategyRepository, schedules: StrategySchedules): Promise<void> {
  for (const strategy of await strategies.list()) await schedules.sync(strategy);
}

/** Creates our schedules, or brings their times up to date; what a person paused stays paused. */
export async function ensureSchedules(client: Client, config: Config): Promise<void> {
  const { planCron, timeZone } = config.schedules;
  await Promise.all([
    ensureSchedule(
      client,
      schedule(PLAN_RESEARCH_SCHEDULE_ID, 'planResearch', workflowIds.planResearch, planCron, timeZone),
    ),
    ensureSchedule(
      client,
      schedule(ARCHIVE_HISTORIES_SCHEDULE_ID, 'archiveHistories', workflowIds.archiveHistories, ARCHIVE_CRON, timeZone),
    ),
    ensureSchedule(
      client,
      schedule(RECONCILE_BROKER_SCHEDULE_ID, 'reconcileBroker', workflowIds.reconcileBroker, RECONCILE_CRON, timeZone),
    ),
    ensureSchedule(
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
