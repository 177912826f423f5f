import { findArtifacts } from './find-artifacts.ts';
import type { HistoryEvent, LineageError, LineageValue } from './history-event.ts';
import type { LineageStep } from './lineage.ts';

type Event<Kind extends HistoryEvent['kind']> = Extract<HistoryEvent, { kind: Kind }>;

/** What the later events of one step tell, by the id of the event that opened it. */
interface Course {
  begun: Event<'begun'> | null;
  closed: Event<'closed'> | null;
}

const MAX_NAME_LENGTH = 200;

/** The steps of one run in the order of their events; `run` is its number in the chain. A timer that was called off waited for nothing and is left out. */
export function stepsOf(
  events: readonly HistoryEvent[],
  run: number,
  iso: (atMs: number) => string,
): readonly LineageStep[] {
  const courses = new Map<number, Course>();
  for (const event of events) {
    if (event.kind !== 'begun' && event.kind !== 'closed') continue;
    const course = courses.get(event.of) ?? { begun: null, closed: null };
    if (event.kind === 'begun') course.begun = event;
    else course.closed = event;
    courses.set(event.of, course);
  }
  return events.flatMap((event) => {
    const course = courses.get(event.eventId) ?? { begun: null, closed: null };
    const step = stepOf(event, course);
    return step === null ? [] : [withTimes(step, event, course, run, iso)];
  });
}

type Told = Pick<LineageStep, 'kind' | 'name' | 'summary' | 'taskQueue' | 'input' | 'child' | 'by'> & {
  readonly instant: boolean;
  readonly error: LineageError | null;
};

function stepOf(event: HistoryEvent, { begun, closed }: Course): Told | null {
  switch (event.kind) {
    case 'opened': {
      if (event.step === 'timer' && closed?.state === 'cancelled') return null;
      const { name, summary, taskQueue, input, target } = event;
      const child = target === null ? null : { workflowId: target, runId: begun?.runId ?? null };
      return { kind: event.step, name, summary, taskQueue, input, child, by: null, instant: false, error: null };
    }
    case 'update':
      return { ...message('update', event.name, event.input), instant: false };
    case 'signal':
      return message('signal', event.name, event.input);
    case 'cancel_requested':
      return { ...message('cancel_request', 'cancel', []), summary: event.reason === '' ? null : event.reason };
    case 'workflow_task_failed':
      return { ...message('workflow_task', 'workflow task', []), error: event.error };
    default:
      return null;
  }
}

function message(kind: LineageStep['kind'], name: string, input: readonly LineageValue[]): Told {
  const rest = { summary: null, taskQueue: null, child: null, error: null };
  return { kind, name: name.slice(0, MAX_NAME_LENGTH), input, by: askedBy(input), instant: true, ...rest };
}

/** Whoever sends one of our messages says who they are. */
function askedBy(input: readonly LineageValue[]): string | null {
  for (const { value } of input) {
    const by = typeof value === 'object' && value !== null ? (value as { by?: unknown }).by : undefined;
    if (typeof by === 'string' && by !== '') return by.slice(0, MAX_NAME_LENGTH);
  }
  return null;
}

function withTimes(
  { instant, error, ...told }: Told,
  { eventId, atMs }: HistoryEvent,
  { begun, closed }: Course,
  run: number,
  iso: (atMs: number) => string,
): LineageStep {
  const attempts = instant ? 1 : (begun?.attempt ?? (told.kind === 'activity' ? 0 : 1));
  const startedMs = instant ? atMs : (begun?.atMs ?? (told.kind === 'activity' || told.kind === 'child' ? null : atMs));
  const endedMs = instant ? atMs : (closed?.atMs ?? null);
  const isOpen = !instant && closed === null;
  return {
    id: `${run}.${eventId}`,
    kind: told.kind,
    name: told.name,
    summary: told.summary,
    state: isOpen ? 'open' : error !== null ? 'failed' : (closed?.state ?? 'completed'),
    taskQueue: told.taskQueue,
    input: told.input,
    output: closed?.output ?? null,
    artifacts: findArtifacts([told.input, closed?.output ?? null]),
    attempts,
    scheduledAt: iso(atMs),
    startedAt: startedMs === null ? null : iso(startedMs),
    endedAt: endedMs === null ? null : iso(endedMs),
    queueMs: startedMs === null || attempts > 1 ? null : Math.max(0, startedMs - atMs),
    durationMs: startedMs === null || endedMs === null ? null : Math.max(0, endedMs - startedMs),
    totalMs: endedMs === null ? null : Math.max(0, endedMs - atMs),
    error: error ?? closed?.error ?? null,
    lastError: begun?.lastError ?? null,
    by: told.by,
    child: told.child,
  };
}
