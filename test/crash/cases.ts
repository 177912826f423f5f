import { MODES_OF, PROVIDER_NAMES, ProviderMode, ProviderName } from '../../src/domain/research/provider.ts';
import type { TransportFaultName } from '../../src/emulators/control/faults.ts';
import { type CrashActivity, CrashPoint } from './crash-points.ts';

/** One row of the crash table: a run of one task, and what happens to it. */
export interface CrashCase {
  readonly id: string;
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
  /** Where the worker is killed; null where only the provider misbehaves. */
  readonly kill: { readonly activity: CrashActivity; readonly point: CrashPoint } | null;
  /** What the provider does to the create. */
  readonly fault: TransportFaultName | null;
  /** The worker's search for its batch is broken: the planted defect that the table must show. */
  readonly isBlind: boolean;
}

interface Channel {
  readonly provider: ProviderName;
  readonly mode: ProviderMode;
}

const CHANNELS: readonly Channel[] = PROVIDER_NAMES.flatMap((provider) =>
  MODES_OF[provider].map((mode) => ({ provider, mode })),
);

const EDGES = [CrashPoint.before, CrashPoint.afterEffect, CrashPoint.beforeHeard] as const;
const FAULTS = ['reset_before', 'reset_after', '429', '500', '500_after'] as const satisfies TransportFaultName[];

/** Every boundary of every activity of a provider job, for every provider in every mode. */
const JOB_KILLS = CHANNELS.flatMap((channel) =>
  activitiesOf(channel.mode).flatMap((activity) =>
    pointsOf(channel.mode, activity).map((point) => killed(channel, activity, point)),
  ),
);

/** The steps around the jobs, which do not differ by provider. */
const RUN_KILLS = (['enqueueResearch', 'journalTicket', 'settleTicket'] as const).flatMap((activity) =>
  EDGES.map((point) => killed({ provider: ProviderName.openai, mode: ProviderMode.direct }, activity, point)),
);

/** A provider that fails on create while the worker lives. */
const CREATE_FAULTS = CHANNELS.filter(({ mode }) => mode === ProviderMode.batch).flatMap((channel) =>
  FAULTS.map((fault): CrashCase => {
    const id = `${channel.provider} ${channel.mode}: create ${fault}`;
    return { id, ...channel, kill: null, fault, isBlind: false };
  }),
);

export const CRASH_CASES: readonly CrashCase[] = [...JOB_KILLS, ...RUN_KILLS, ...CREATE_FAULTS];

/** Proves that the table can fail: with this defect the same kill leaves two batches at the provider. */
export const NEGATIVE_CONTROL: CrashCase = {
  ...killed({ provider: ProviderName.openai, mode: ProviderMode.batch }, 'submitJob', CrashPoint.afterEffect),
  id: 'openai batch: a blind reconcile after a kill',
  isBlind: true,
};

/** Roughly how long a row takes: the time-out of the killed activity decides. Only the order of work depends on it. */
export function expectedSeconds({ kill, mode }: CrashCase): number {
  const cli = mode === ProviderMode.cli ? 5 : 0;
  if (kill === null) return 5;
  if (kill.activity === 'journalTicket') return 30;
  if (kill.activity === 'awaitJob' || kill.activity === 'settleTicket') return 15;
  return 10 + cli;
}

/** A direct call is never awaited: its answer comes with the submit. */
function activitiesOf(mode: ProviderMode): readonly CrashActivity[] {
  const awaited = mode === ProviderMode.batch ? (['awaitJob'] as const) : [];
  return ['loadTask', 'prepareSubmission', 'submitJob', ...awaited, 'harvestJob', 'parseAnswer'];
}

function pointsOf(mode: ProviderMode, activity: CrashActivity): readonly CrashPoint[] {
  if (activity !== 'submitJob') return EDGES;
  const inside = [CrashPoint.beforeCall, CrashPoint.midCall];
  return [...EDGES, ...inside, ...(mode === ProviderMode.batch ? [CrashPoint.slowCall] : [])];
}

function killed(channel: Channel, activity: CrashActivity, point: CrashPoint): CrashCase {
  const id = `${channel.provider} ${channel.mode}: ${activity} ${point}`;
  return { id, ...channel, kill: { activity, point }, fault: faultOf(channel.mode, point), isBlind: false };
}

/** The inner points of a create need the provider's help: to answer late, or to take it and break the connection. */
function faultOf(mode: ProviderMode, point: CrashPoint): TransportFaultName | null {
  if (mode !== ProviderMode.batch) return null;
  if (point === CrashPoint.slowCall) return 'slow';
  return point === CrashPoint.midCall ? 'reset_after' : null;
}
