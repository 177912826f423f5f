import type { Books } from './books.ts';
import { PARTS, type Part } from './generator.ts';
import type { Done, Kill } from './rounds.ts';
import type { Promised } from './verdict.ts';

const EXAMPLES = 5;

export interface CrashReport {
  readonly seed: number;
  readonly plant: string | null;
  readonly seconds: number;
  readonly rounds: number;
  readonly tickets: Readonly<Record<string, number>>;
  readonly intents: Readonly<Record<string, number>>;
  readonly executions: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly cancels: Done['cancels'];
  readonly changes: Done['changes'];
  /** Parts that ended although nobody killed them. */
  readonly ownEnds: Readonly<Record<Part, number>>;
  /** Orders that were given to the broker again after their absence was proven. */
  readonly resubmitted: number;
  readonly pauses: number;
  /** Reports that the journal keeps for a person. */
  readonly kept: number;
  /** Seconds from a kill to the next progress that needs the killed part. */
  readonly recovery: Readonly<Record<string, { readonly median: number; readonly worst: number }>>;
  readonly verdict: readonly Promised[];
  readonly holds: boolean;
}

/** Which entries of the journal only happen while the part works. */
const PROGRESS: Readonly<Record<Part, readonly string[]>> = {
  worker: ['intent', 'submission', 'status', 'execution', 'commission'],
  postgres: ['intent', 'submission', 'status', 'execution', 'commission'],
  temporal: ['intent', 'submission'],
  simulator: ['status', 'execution', 'commission'],
};

export function reportOf(
  done: Done,
  books: Books,
  facts: Pick<CrashReport, 'seed' | 'plant' | 'seconds' | 'ownEnds' | 'verdict'>,
): CrashReport {
  return {
    ...facts,
    rounds: done.rounds,
    pauses: done.pauses,
    tickets: countBy(done.tickets, ({ kind }) => kind),
    intents: countBy(books.orders, ({ state }) => state),
    executions: books.simulator.executions.length,
    kills: countBy(done.kills, ({ part }) => part),
    faults: Object.fromEntries([...done.faults].toSorted()),
    cancels: done.cancels,
    changes: done.changes,
    resubmitted: books.orders.filter(({ submissions }) => submissions > 1).length,
    kept: books.events.filter(({ outcome }) => outcome !== 'applied').length,
    recovery: Object.fromEntries(PARTS.flatMap((part) => recoveryOf(part, done.kills, books))),
    holds: facts.verdict.every(({ broken }) => broken.length === 0),
  };
}

function recoveryOf(
  part: Part,
  kills: readonly Kill[],
  { events }: Books,
): [string, { median: number; worst: number }][] {
  const progress = events.filter(({ kind }) => PROGRESS[part].includes(kind)).map(({ recordedAtMs }) => recordedAtMs);
  const times = kills
    .filter((kill) => kill.part === part)
    .flatMap(({ killedAtMs, startedAtMs }) => {
      const next = progress.filter((at) => at >= startedAtMs).toSorted((a, b) => a - b)[0];
      return next === undefined ? [] : [(next - killedAtMs) / 1000];
    })
    .toSorted((a, b) => a - b);
  const [median, worst] = [times[Math.floor(times.length / 2)], times.at(-1)];
  return median === undefined || worst === undefined ? [] : [[part, { median, worst }]];
}

/** The report for people. */
export function crashTable(report: CrashReport): string {
  const { tickets, intents, executions, cancels, changes, kills, faults, ownEnds, recovery, verdict } = report;
  const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, one) => sum + one, 0);
  const counted = (counts: Readonly<Record<string, number>>) =>
    `${total(counts)}  (${Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')})`;
  const recoveries = Object.entries(recovery).map(
    ([part, { median, worst }]) => `${part} ${median.toFixed(1)} s / ${worst.toFixed(1)} s`,
  );
  const facts: [string, string][] = [
    ['seed', `${report.seed}${report.plant === null ? '' : `, with the planted bug ${report.plant}`}`],
    ['rounds', `${report.rounds} in ${report.seconds.toFixed(0)} s`],
    ['tickets', counted(tickets)],
    ['intents', counted(intents)],
    ['executions at the broker', String(executions)],
    [
      'cancels, changes asked for',
      `${cancels.asked}, ${changes.asked} (refused ${cancels.refused}, ${changes.refused})`,
    ],
    ['kills with SIGKILL', counted(kills)],
    ['faults of the broker', counted(faults)],
    ['ended by themselves', counted(ownEnds)],
    ['submitted again after proven absence', String(report.resubmitted)],
    ['accounts paused by reconciliation, then resumed', String(report.pauses)],
    ['waiting for a person', String(intents.UNKNOWN ?? 0)],
    ['reports kept for a person', String(report.kept)],
    ['from kill to progress (median / worst)', recoveries.join(', ')],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(52)} ${value}`);
  const verdicts = verdict.flatMap(({ name, broken }) => [
    `${name.padEnd(52)} ${broken.length}`,
    ...broken.slice(0, EXAMPLES).map((one) => `    ${one}`),
  ]);
  const end = report.holds ? 'every promise holds' : `BROKEN; repeat with --seed ${report.seed}`;
  return [...lines, '', ...verdicts, '', end].join('\n');
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, nameOf)].map(([name, group]) => [name, group.length]).toSorted());
}
