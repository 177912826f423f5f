import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleOptions,
} from '@temporalio/client';
import { FoliosError } from '../../contracts/errors.ts';
import { strategyScheduleId } from '../../contracts/workflow-ids.ts';
import type { StrategySchedule } from '../../domain/schedules/strategy-schedule.ts';
import type { StrategyRecord } from '../../ports/repositories.ts';
import type { ScheduleRecords } from '../../ports/strategy-schedules.ts';
import { encryptedWith } from './payload-codec.ts';
import { scheduleOptions } from './schedule-spec.ts';
import { scheduleSha256 } from './schedule-view.ts';

/** Creates a schedule, or brings its times, action and policies up to date; what a person paused stays paused. */
export async function ensureSchedule(client: Client, options: ScheduleOptions): Promise<void> {
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

/** Creates a strategy's schedule or changes it. INPUT_INVALID if Temporal refuses it. */
export async function putSchedule(
  client: Client,
  { id, document }: StrategyRecord,
  schedule: StrategySchedule,
): Promise<void> {
  try {
    await ensureSchedule(client, scheduleOptions({ id, name: document.name }, schedule));
  } catch (cause) {
    // The SDK's form of the server's refusal of a specification.
    if (!(cause instanceof TypeError)) throw cause;
    throw new FoliosError('INPUT_INVALID', `Temporal refuses the schedule: ${cause.message}`, {}, { cause });
  }
}

/** Temporal's own id of the client's namespace, asked for once. */
export function readNamespaceId(client: Client): () => Promise<string> {
  let asked: Promise<string> | undefined;
  const ask = async () => {
    const { namespace } = client.options;
    const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
    return namespaceInfo?.id ?? namespace;
  };
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}

export interface SyncPorts {
  readonly client: Client;
  readonly records: ScheduleRecords;
  readonly namespaceId: string;
  /** The key that encrypts now; null without encryption. */
  readonly keyId: string | null;
}

/**
 * Applies what a strategy's document asks for, once per change of it and per Temporal namespace: first in Temporal, then
 * in our memory, so that a crash in between repeats it. What somebody changed in Temporal since then is left alone, but its
 * arguments are encrypted anew where the key has changed.
 */
export async function syncSchedule(ports: SyncPorts, strategy: StrategyRecord): Promise<void> {
  const { client, records, namespaceId } = ports;
  const asked = strategy.document.schedule;
  const documentSha256 = asked === undefined ? null : scheduleSha256(asked);
  const known = await records.find(strategy.id);
  const isHere = known?.namespaceId === namespaceId;
  const applied = isHere ? known.documentSha256 : null;
  const handle = client.schedule.getHandle(strategyScheduleId(strategy.id));
  if (asked !== undefined && applied !== documentSha256) {
    await putSchedule(client, strategy, asked);
    await records.put({ strategyId: strategy.id, documentSha256, namespaceId, scheduled: true });
  } else if (asked === undefined && applied !== null) {
    await handle.delete().catch(unlessGone);
    await records.put({ strategyId: strategy.id, documentSha256, namespaceId, scheduled: false });
  } else if (known !== null) {
    const scheduled = await encryptAnew(handle, ports.keyId).then(() => true, unlessGone);
    if (scheduled !== known.scheduled || !isHere)
      await records.put({ ...known, documentSha256, namespaceId, scheduled });
  }
}

/** A schedule that nobody changes would need the key under which it was saved for ever. */
async function encryptAnew(handle: ScheduleHandle, keyId: string | null): Promise<void> {
  const { raw } = await handle.describe();
  const payloads = raw.schedule?.action?.startWorkflow?.input?.payloads ?? [];
  if (payloads.every((payload) => encryptedWith(payload) === keyId)) return;
  await handle.update((existing) => existing);
}

function unlessGone(error: unknown): false {
  if (error instanceof ScheduleNotFoundError) return false;
  throw error;
}
