import { type Client, type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import protocol, { type google } from '@temporalio/proto';
import { FoliosError } from '../../contracts/errors.ts';
import { MAX_BACKFILL_FIRINGS, type Schedule } from '../../contracts/schemas/api/schedules.ts';
import { SYSTEM_SCHEDULE_IDS, strategyScheduleId } from '../../contracts/workflow-ids.ts';
import type { StrategySchedule } from '../../domain/schedules/strategy-schedule.ts';
import type { StrategyRecord, StrategyRepository } from '../../ports/repositories.ts';
import type { ScheduleRecords, ScheduleTarget, StrategySchedules } from '../../ports/strategy-schedules.ts';
import { translatingScheduleErrors } from './schedule-errors.ts';
import { followRuns } from './schedule-runs.ts';
import { putSchedule, readNamespaceId, syncSchedule } from './schedule-sync.ts';
import { explainSchedule, firing, marketOf, missingView, scheduleView } from './schedule-view.ts';

const STRATEGY_PREFIX = strategyScheduleId('');
/** Descriptions asked for at once. */
const MAX_CONCURRENT = 20;

const MAX_BACKFILL_MS = 366 * 86_400_000;

export interface SchedulePorts {
  readonly client: Client;
  readonly records: ScheduleRecords;
  readonly strategies: Pick<StrategyRepository, 'list'>;
  readonly now: () => Date;
  /** The key that encrypts payloads now; null without encryption. */
  readonly keyId: string | null;
}

/** The schedules of strategies in Temporal. TEMPORAL_UNREACHABLE from every method. */
export function createStrategySchedules(ports: SchedulePorts): StrategySchedules {
  const { client, records, now } = ports;
  const namespaceId = readNamespaceId(client);
  const handleOf = (target: ScheduleTarget) => client.schedule.getHandle(idOf(target));

  async function show(target: ScheduleTarget): Promise<Schedule> {
    const description = await describe(client, target);
    const view = scheduleView(description, target.kind === 'strategy' ? target.strategy : null);
    return { ...view, recent: await followRuns(client, view.recent) };
  }

  return translatingScheduleErrors<StrategySchedules>({
    list: () => listSchedules(ports),
    show,
    async set(strategy, schedule) {
      await putSchedule(client, strategy, schedule);
      const known = await records.find(strategy.id);
      await records.put({
        strategyId: strategy.id,
        documentSha256: known?.documentSha256 ?? null,
        namespaceId: await namespaceId(),
        scheduled: true,
      });
      return await show({ kind: 'strategy', strategy });
    },
    async pause(target, { reason, by }) {
      await handleOf(target).pause(`${reason} (${by})`);
      return await show(target);
    },
    async resume(target, { reason, by }) {
      await handleOf(target).unpause(`${reason} (${by})`);
      return await show(target);
    },
    async trigger(target) {
      const description = await describe(client, target);
      const { overlap } = description.policies;
      // Under the schedule's own policy: a person's trigger must not start what the schedule would hold back.
      await handleOf(target).trigger(overlap);
      return { scheduleId: description.scheduleId, skipped: triggerSkipped(description, target, now()) };
    },
    backfill: (target, range) => backfill(ports, target, range),
    async delete(strategy) {
      const deleted = await deleteSchedule(client, strategy);
      const known = await records.find(strategy.id);
      if (known !== null) await records.put({ ...known, scheduled: false });
      return deleted;
    },
    explain: async (schedule: StrategySchedule) => explainSchedule(schedule, now()),
    sync: async (strategy) =>
      syncSchedule({ client, records, keyId: ports.keyId, namespaceId: await namespaceId() }, strategy),
  });
}

function idOf(target: ScheduleTarget): string {
  return target.kind === 'system' ? target.scheduleId : strategyScheduleId(target.strategy.id);
}

async function describe(client: Client, target: ScheduleTarget): Promise<ScheduleDescription> {
  return await client.schedule.getHandle(idOf(target)).describe();
}

async function describeOrNull(client: Client, scheduleId: string): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** Temporal's own list lags behind by a moment, so what we know ourselves is asked for by name. */
async function listSchedules({ client, records, strategies }: SchedulePorts): Promise<readonly Schedule[]> {
  const [known, all] = await Promise.all([records.list(), strategies.list()]);
  const byId = new Map(all.map((one) => [strategyScheduleId(one.id), one]));
  const ours = known.filter(({ scheduled }) => scheduled).map(({ strategyId }) => strategyScheduleId(strategyId));
  const ids = new Set([...SYSTEM_SCHEDULE_IDS, ...ours]);
  for await (const { scheduleId } of client.schedule.list()) {
    if (scheduleId.startsWith(STRATEGY_PREFIX)) ids.add(scheduleId);
  }
  const views: Schedule[] = [];
  const sorted = [...ids].sort();
  for (let at = 0; at < sorted.length; at += MAX_CONCURRENT) {
    const found = await Promise.all(
      sorted.slice(at, at + MAX_CONCURRENT).map(async (scheduleId) => {
        const strategy = byId.get(scheduleId) ?? null;
        const description = await describeOrNull(client, scheduleId);
        if (description !== null) return [scheduleView(description, strategy)];
        return ours.includes(scheduleId) ? [missingView(scheduleId, strategy)] : [];
      }),
    );
    views.push(...found.flat());
  }
  return views;
}

/** Why a firing of this moment starts nothing, as far as one can tell beforehand. */
function triggerSkipped(description: ScheduleDescription, target: ScheduleTarget, now: Date): string | null {
  const [running] = description.info.runningActions;
  if (running !== undefined && description.policies.overlap === 'SKIP') {
    return `${running.workflow.workflowId} is still under way, and the schedule skips what overlaps`;
  }
  if (target.kind === 'strategy' && !target.strategy.active) return `${target.strategy.document.slug} is not active`;
  return firing(now.getTime(), 'UTC', marketOf(description)).skipped;
}

async function backfill(
  { client, now }: SchedulePorts,
  target: ScheduleTarget,
  { from, to }: { readonly from: string; readonly to: string },
): ReturnType<StrategySchedules['backfill']> {
  const start = new Date(from);
  const end = new Date(to);
  if (start > end)
    throw new FoliosError('INPUT_INVALID', `the time to make up for ends (${to}) before it begins (${from})`);
  if (end.getTime() - start.getTime() > MAX_BACKFILL_MS) {
    throw new FoliosError('INPUT_INVALID', 'at most a year can be made up for in one call');
  }
  if (end > now()) throw new FoliosError('INPUT_INVALID', `only a time that has passed can be made up for, not ${to}`);
  const description = await describe(client, target);
  const { scheduleId } = description;
  const { namespace } = client.options;
  const request = { namespace, scheduleId, startTime: timestampOf(start), endTime: timestampOf(end) };
  const { startTime: times } = await client.workflowService.listScheduleMatchingTimes(request);
  const moments = times.map(({ seconds }) => Number(seconds) * 1000);
  if (moments.length === 0 || moments.length > MAX_BACKFILL_FIRINGS) {
    const count =
      moments.length === 0 ? 'does not fire' : `fires ${moments.length} times, more than ${MAX_BACKFILL_FIRINGS},`;
    throw new FoliosError('INPUT_INVALID', `the schedule ${count} between ${from} and ${to}`, { from, to });
  }
  // One after the other, since they are started all at once: skipping what overlaps would leave only the first.
  const overlap = description.policies.overlap === 'ALLOW_ALL' ? 'ALLOW_ALL' : 'BUFFER_ALL';
  await client.schedule.getHandle(scheduleId).backfill({ start, end, overlap });
  const timeZone = description.spec.timezone || 'UTC';
  return { scheduleId, firings: moments.map((moment) => firing(moment, timeZone, marketOf(description))) };
}

function timestampOf(time: Date): google.protobuf.ITimestamp {
  return protocol.google.protobuf.Timestamp.fromObject({ seconds: Math.floor(time.getTime() / 1000) });
}

async function deleteSchedule(client: Client, { id }: StrategyRecord): Promise<boolean> {
  try {
    await client.schedule.getHandle(strategyScheduleId(id)).delete();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
