import { MODES_OF, PROVIDER_NAMES, ProviderMode, ProviderName } from '../../src/domain/research/provider.ts';
import type { Fault } from '../../src/emulators/control/faults.ts';
import { type CrashActivity, CrashPoint } from './crash-points.ts';

/** How a provider is asked. */
interface Channel {
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
}

/** One row of the crash table: a run of one task, and what happens to it. */
export interface CrashCase extends Channel {
  readonly id: string;
  /** Where the worker is killed; null where only the provider misbehaves. */
  readonly kill: { readonly activity: CrashActivity; readonly point: CrashPoint } | null;
  /** What the provider does to this task alone. */
  readonly fault: Fault | null;
  /** What a person asks of the job while the provider works on it. */
  readonly person: 'poll' | 'cancel' | null;
  /** The worker's search for its batch is broken: the planted defect that the table must show. */
  readonly isBlind: boolean;
  readonly expected: Expected;
}

/** What must be true afterwards, beyond what is true of every row. */
export interface Expected {
  readonly task: 'succeeded' | 'failed';
  /** How many questions the task asks; each is one batch, or one answered direct call. */
  readonly questions: 1 | 2;
  /** Direct calls that the provider took and whose answer was lost with the worker. */
  readonly lostCalls: 0 | 1;
  /** Direct calls that are counted as paid, since they may have been taken. */
  readonly presumedCalls: 0 | 1;
}

const CHANNELS: readonly Channel[] = PROVIDER_NAMES.flatMap((provider) =>
  MODES_OF[provider].map((mode) => ({ provider, mode })),
);
const BATCH_CHANNELS = CHANNELS.filter(({ mode }) => mode === ProviderMode.batch);

/** For what does not differ by provider. */
const ANY_DIRECT: Channel = { provider: ProviderName.openai, mode: ProviderMode.direct };
const ANY_BATCH: Channel = { provider: ProviderName.openai, mode: ProviderMode.batch };

const { before, beforeCall, slowCall, midCall, afterEffect, afterSave, beforeHeard } = CrashPoint;
const EDGES = [before, afterEffect, beforeHeard] as const;

const SUCCEEDS: Expected = { task: 'succeeded', questions: 1, lostCalls: 0, presumedCalls: 0 };
const ASKS_TWICE: Expected = { ...SUCCEEDS, questions: 2 };
const FAILS: Expected = { ...SUCCEEDS, task: 'failed' };
const LOST: Expected = { ...SUCCEEDS, lostCalls: 1, presumedCalls: 1 };

/** A slow create takes effect after the worker died, and before the lost heartbeat lets anybody look for it. */
const SLOW_CREATE_MS = 4_000;

/** Every boundary of every activity of a provider job, for every provider in every mode. */
const JOB_KILLS = CHANNELS.flatMap((channel) => {
  const isBatch = channel.mode === ProviderMode.batch;
  const lostAnswer: Fault = { on: isBatch ? 'create' : 'direct', fault: 'reset_after' };
  return [
    ...EDGES.map((point) => row(channel, { activity: 'openJob', point })),
    // A malformed first answer makes the job ask again, and prepare a second question.
    ...EDGES.map((point) =>
      row(channel, { activity: 'prepareSubmission', point }, { on: 'outcome', fault: 'malformed' }, ASKS_TWICE),
    ),
    ...submitKills(channel),
    // Only a submit in doubt is looked for; a direct call leaves nothing at the provider that could be found.
    ...(isBatch ? EDGES : [before, beforeHeard]).map((point) =>
      row(channel, { activity: 'reconcileSubmission', point }, lostAnswer, isBatch ? SUCCEEDS : LOST),
    ),
    ...(isBatch ? EDGES : []).map((point) => row(channel, { activity: 'awaitJob', point })),
    ...[before, afterEffect, afterSave, beforeHeard].map((point) => row(channel, { activity: 'harvestJob', point })),
  ];
});

/** A person cancels, and the worker dies while it does so at the provider. */
const CANCEL_KILLS = BATCH_CHANNELS.flatMap((channel) =>
  EDGES.map((point) => ({
    ...row(channel, { activity: 'cancelJob', point }, null, FAILS),
    person: 'cancel' as const,
  })),
);

/** The steps that do not differ by provider. */
const OTHER_KILLS = EDGES.flatMap((point) => [
  row(ANY_DIRECT, { activity: 'enqueueResearch', point }),
  row(ANY_DIRECT, { activity: 'journalTicket', point }),
  row(ANY_DIRECT, { activity: 'settleTicket', point }),
  row(ANY_BATCH, { activity: 'failTask', point }, { on: 'outcome', fault: 'failed' }, FAILS),
  { ...row(ANY_BATCH, { activity: 'pollJob', point }), person: 'poll' as const },
]);

/** A provider that fails on create while the worker lives. */
const CREATE_FAULTS = BATCH_CHANNELS.flatMap((channel) =>
  (['reset_before', 'reset_after', '429', '500', '500_after'] as const).map((fault) =>
    row(channel, null, { on: 'create', fault, ...(fault === '429' ? { retryAfterSeconds: 1 } : {}) }),
  ),
);

export const CRASH_CASES: readonly CrashCase[] = [...JOB_KILLS, ...CANCEL_KILLS, ...OTHER_KILLS, ...CREATE_FAULTS];

/** Proves that the table can fail: with this defect the same kill leaves two batches at the provider. */
export const NEGATIVE_CONTROL: CrashCase = {
  ...row(ANY_BATCH, { activity: 'submitJob', point: afterEffect }),
  id: 'openai batch: a blind reconcile after a kill',
  isBlind: true,
};

/** Roughly how long a row takes: the time-out of the killed activity decides. Only the order of work depends on it. */
export function expectedSeconds({ kill, mode }: CrashCase): number {
  if (kill === null) return 5;
  if (kill.activity === 'journalTicket') return 30;
  if (kill.activity === 'submitJob' || kill.activity === 'reconcileSubmission') return 20;
  if (kill.activity === 'awaitJob' || kill.activity === 'settleTicket') return 15;
  return mode === ProviderMode.cli ? 14 : 10;
}

/** Killed after a direct call was begun and before its answer was recorded, the call may have been billed. */
function submitKills(channel: Channel): CrashCase[] {
  const kill = (point: CrashPoint) => ({ activity: 'submitJob', point }) as const;
  if (channel.mode !== ProviderMode.batch) {
    return [
      row(channel, kill(before)),
      row(channel, kill(beforeCall), null, { ...LOST, lostCalls: 0 }),
      row(channel, kill(midCall), null, LOST),
      row(channel, kill(afterEffect), null, LOST),
      row(channel, kill(beforeHeard)),
    ];
  }
  // The inner points need the provider's help: to answer late, or to take the create and break the connection.
  return [
    row(channel, kill(before)),
    row(channel, kill(beforeCall)),
    row(channel, kill(slowCall), { on: 'create', fault: 'slow', delayMs: SLOW_CREATE_MS }),
    row(channel, kill(midCall), { on: 'create', fault: 'reset_after' }),
    row(channel, kill(afterEffect)),
    row(channel, kill(beforeHeard)),
  ];
}

function row(
  channel: Channel,
  kill: CrashCase['kill'],
  fault: Fault | null = null,
  expected: Expected = SUCCEEDS,
): CrashCase {
  const what = kill ? `${kill.activity} ${kill.point}` : `${fault?.on} ${fault?.fault}`;
  const id = `${channel.provider} ${channel.mode}: ${what}`;
  return { id, ...channel, kill, fault, person: null, isBlind: false, expected };
}
