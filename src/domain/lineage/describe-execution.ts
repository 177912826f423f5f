import { dec, sum } from '../money/decimal.ts';
import { findArtifacts } from './find-artifacts.ts';
import type { HistoryEvent, RunHistory } from './history-event.ts';
import type { LineageArtifact, LineageCall, LineageExecution, LineageStep } from './lineage.ts';
import { stepsOf } from './steps.ts';

/** The clocks of workers, of the database and of Temporal may be so far apart. */
const CLOCKS_DIFFER_MS = 5_000;

/** A file with the time at which it was recorded, milliseconds since 1970. */
export interface WrittenArtifact extends LineageArtifact {
  readonly writtenAtMs: number;
}

/** What the books know of an execution beside its history. */
export interface ExecutionRecords {
  readonly artifacts: readonly WrittenArtifact[];
  readonly calls: readonly LineageCall[];
}

/**
 * The execution that a chain of runs tells, oldest first; null for a chain whose first event is missing. Nothing in it
 * depends on where the histories were read from, nor on when. `iso` writes milliseconds since 1970 as ISO 8601.
 */
export function describeExecution(
  runs: readonly RunHistory[],
  records: ExecutionRecords,
  iso: (atMs: number) => string,
): LineageExecution | null {
  const first = runs[0]?.events.find((event) => event.kind === 'started');
  if (first === undefined) return null;
  const end = runs.at(-1)?.events.findLast((event) => event.kind === 'ended') ?? null;
  const isDuring = during(iso(first.atMs - CLOCKS_DIFFER_MS), end === null ? null : iso(end.atMs + CLOCKS_DIFFER_MS));
  const written = records.artifacts
    .map(({ writtenAtMs, ...artifact }) => ({ artifact, at: iso(writtenAtMs) }))
    .filter(({ at }) => isDuring(at));
  const steps = withWritten(
    runs.flatMap(({ events }, index) => stepsOf(events, index + 1, iso)),
    written,
  );
  const calls = records.calls.filter(({ at }) => isDuring(at));
  return {
    workflowId: first.workflowId,
    workflowType: first.workflowType,
    title: first.title,
    runIds: runs.map(({ runId }) => runId),
    parent: first.parent,
    state: end === null ? 'open' : end.state,
    startedAt: iso(first.atMs),
    endedAt: end === null ? null : iso(end.atMs),
    durationMs: end === null ? null : end.atMs - first.atMs,
    input: first.input,
    output: end?.output ?? null,
    error: end?.error ?? null,
    attributes: attributesOf(runs.flatMap(({ events }) => events)),
    steps,
    artifacts: withoutRepetition([
      ...written.map(({ artifact }) => artifact),
      ...findArtifacts([first.input, end?.output ?? null]),
    ]),
    calls,
    costUsd: calls.length === 0 ? null : sum(calls.filter(isPaid).map((call) => dec(call.costUsd))).toFixed(),
  };
}

/** The same id may be run again after a failure: what the books got then is the later execution's. */
function during(from: string, until: string | null): (at: string) => boolean {
  return (at) => at >= from && (until === null || at <= until);
}

/**
 * Files whose references are in no payload belong to the activity during which they were recorded, the one begun last
 * where there are several.
 */
function withWritten(
  steps: readonly LineageStep[],
  written: readonly { readonly artifact: LineageArtifact; readonly at: string }[],
): readonly LineageStep[] {
  const byStep = new Map<LineageStep, LineageArtifact[]>();
  for (const { artifact, at } of written) {
    const during = steps.filter(
      ({ kind, scheduledAt, endedAt }) => kind === 'activity' && scheduledAt <= at && (endedAt ?? at) >= at,
    );
    const writer = during.at(-1);
    if (writer !== undefined) byStep.set(writer, [...(byStep.get(writer) ?? []), artifact]);
  }
  return steps.map((step) => {
    const more = byStep.get(step);
    return more === undefined ? step : { ...step, artifacts: withoutRepetition([...step.artifacts, ...more]) };
  });
}

/** A refused call was not paid. */
function isPaid({ state }: LineageCall): boolean {
  return state !== 'refused';
}

/** Later ones win; sorted by name, since a server keeps them in no order. */
function attributesOf(events: readonly HistoryEvent[]): Readonly<Record<string, string>> {
  const all = new Map<string, string>();
  for (const event of events) {
    if (event.kind !== 'started' && event.kind !== 'attributes') continue;
    for (const [name, value] of Object.entries(event.attributes)) all.set(name, value);
  }
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutRepetition(artifacts: readonly LineageArtifact[]): readonly LineageArtifact[] {
  return [...new Map(artifacts.map((one) => [`${one.uri} ${one.sha256}`, one])).values()];
}
