import { describe, expect, test } from '@jest/globals';
import type { HistoryEvent } from '../../src/domain/lineage/history-event.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { RawHistory } from '../../src/ports/history-source.ts';
import type { ArchivedHistory } from '../../src/ports/lineage.ts';
import { packHistory } from './history-store.ts';
import type { LineagePorts } from './ports.ts';
import { createLineageReader } from './reader.ts';

const T0 = Date.parse('2026-11-22T10:00:00.000Z');

/** Events of a run as JSON; here a history is these events and nothing else. */
interface Told {
  readonly workflowId: string;
  readonly runId: string;
  readonly events: readonly HistoryEvent[];
}

function started(workflowId: string, continuedFrom: string | null = null): HistoryEvent {
  const rest = { workflowType: 'watch', title: null, input: [], parent: null, attributes: {} };
  return { kind: 'started', eventId: 1, atMs: T0, workflowId, continuedFrom, ...rest };
}

function ended(eventId: number, continuedBy: string | null = null): HistoryEvent {
  const state = continuedBy === null ? 'completed' : 'continued_as_new';
  return { kind: 'ended', eventId, atMs: T0 + eventId, state, output: null, error: null, continuedBy };
}

function activity(eventId: number, text = 'x'): HistoryEvent[] {
  const output = { kind: 'json' as const, bytes: Buffer.byteLength(text) + 2, value: text, text: null };
  const opened = { summary: null, taskQueue: 'q', input: [], target: null, name: 'step' };
  return [
    { kind: 'opened', step: 'activity', eventId, atMs: T0 + eventId, ...opened },
    {
      kind: 'begun',
      eventId: eventId + 1,
      atMs: T0 + eventId + 1,
      of: eventId,
      attempt: 1,
      lastError: null,
      runId: null,
    },
    {
      kind: 'closed',
      eventId: eventId + 2,
      atMs: T0 + eventId + 5,
      of: eventId,
      state: 'completed',
      output,
      error: null,
    },
  ];
}

function child(eventId: number, workflowId: string, runId: string): HistoryEvent[] {
  const opened = { summary: null, taskQueue: null, input: [], name: 'job', target: workflowId };
  return [
    { kind: 'opened', step: 'child', eventId, atMs: T0, ...opened },
    { kind: 'begun', eventId: eventId + 1, atMs: T0, of: eventId, attempt: 1, lastError: null, runId },
  ];
}

function reader(live: readonly Told[], archived: readonly Told[] = []) {
  const raw = ({ workflowId, runId, events }: Told): RawHistory => ({
    ...{ workflowId, runId },
    json: new TextEncoder().encode(JSON.stringify(events)),
  });
  const find = (all: readonly Told[], workflowId: string, runId: string | null) =>
    all.findLast((one) => one.workflowId === workflowId && (runId === null || one.runId === runId)) ?? null;
  const ports: LineagePorts = {
    histories: {
      fetch: async (workflowId, runId) => {
        const found = find(live, workflowId, runId);
        return found && raw(found);
      },
      decode: async ({ workflowId, runId, json }) => {
        return { workflowId, runId, events: JSON.parse(new TextDecoder().decode(json)) as HistoryEvent[] };
      },
      list: async () => ({
        items: live.map((one) => ({ ...one, workflowType: 'watch', startedAt: new Date(T0), closedAt: null })),
        nextToken: null,
      }),
    },
    archive: {
      find: async (workflowId, runId) => {
        const found = find(archived, workflowId, runId);
        return found && ({ ...found, artifact: { sha256: found.runId } } as unknown as ArchivedHistory);
      },
      known: async () => new Set(),
      record: async () => undefined,
      recent: async () => [],
    },
    artifacts: {
      get: async ({ sha256 }) => packHistory(raw(archived.find(({ runId }) => runId === sha256) as Told).json),
    } as ArtifactStore,
    records: {
      artifactsOf: async () => [],
      callsOf: async () => [],
      ownerOf: async () => ({ strategyId: null, accountId: null }),
    },
  };
  return createLineageReader(ports);
}

describe('a chain of continued runs', () => {
  const runs: Told[] = [
    { workflowId: 'watch/1', runId: 'a', events: [started('watch/1'), ...activity(2), ended(9, 'b')] },
    { workflowId: 'watch/1', runId: 'b', events: [started('watch/1', 'a'), ...activity(2), ended(9, 'c')] },
    { workflowId: 'watch/1', runId: 'c', events: [started('watch/1', 'b'), ...activity(2), ended(9)] },
  ];

  test('is one execution, whichever run is named and wherever each is kept', async () => {
    const whole = await reader(runs).read('watch/1', null);
    expect(whole).toMatchObject({ closed: true, missing: [], totals: { executions: 1, steps: 3 } });
    expect(whole?.executions[0]).toMatchObject({ runIds: ['a', 'b', 'c'], state: 'completed' });
    expect(whole?.executions[0]?.steps.map(({ id }) => id)).toEqual(['1.2', '2.2', '3.2']);
    for (const named of ['a', 'b', 'c', null]) {
      const mixed = await reader(runs.slice(1, 3), runs.slice(0, 2)).read('watch/1', named);
      expect(JSON.stringify(mixed)).toBe(JSON.stringify(whole));
    }
    expect(JSON.stringify(await reader([], runs).read('watch/1', null))).toBe(JSON.stringify(whole));
  });

  test('says which of its runs is lost', async () => {
    const lineage = await reader(runs.slice(1)).read('watch/1', null);
    expect(lineage?.missing).toEqual([{ workflowId: 'watch/1', runId: 'a', reason: expect.any(String) }]);
  });
});

describe('a tree of executions', () => {
  test('is depth first, in the order of the steps', async () => {
    const root = { workflowId: 'r', runId: 'r1' };
    const events = [started('r'), ...child(2, 'x', 'x1'), ...child(4, 'y', 'y1'), ended(9)];
    const leaf = (workflowId: string, runId: string, more: HistoryEvent[] = []) => ({
      ...{ workflowId, runId },
      events: [started(workflowId), ...more, ended(9)],
    });
    const all = [{ ...root, events }, leaf('x', 'x1', child(2, 'z', 'z1')), leaf('y', 'y1'), leaf('z', 'z1')];
    const lineage = await reader(all).read('r', null);
    expect(lineage?.executions.map(({ workflowId }) => workflowId)).toEqual(['r', 'x', 'z', 'y']);
    const lost = await reader(all.filter(({ runId }) => runId !== 'y1')).read('r', null);
    expect(lost?.missing).toMatchObject([{ workflowId: 'y', runId: 'y1' }]);
  });

  test('names what is open, and ends where executions name each other', async () => {
    const events = [started('r'), ...child(2, 'r', 'r1')];
    const lineage = await reader([{ workflowId: 'r', runId: 'r1', events }]).read('r', null);
    expect(lineage).toMatchObject({ closed: false, totals: { executions: 1 } });
    expect(lineage?.executions[0]).toMatchObject({ state: 'open', endedAt: null });
  });

  test('shows 500 executions at most and names the others', async () => {
    const ids = Array.from({ length: 600 }, (_, index) => `c${index}`);
    const events = [started('r'), ...ids.flatMap((id, index) => child(2 + 2 * index, id, id)), ended(5000)];
    const leaves = ids.map((id) => ({ workflowId: id, runId: id, events: [started(id), ended(2)] }));
    const lineage = await reader([{ workflowId: 'r', runId: 'r', events }, ...leaves]).read('r', null);
    expect(lineage?.totals.executions).toBe(500);
    expect(lineage?.missing).toHaveLength(101);
    expect(lineage?.missing[0]).toMatchObject({ workflowId: 'c499' });
  });
});

describe('payloads', () => {
  const large = 'é'.repeat(6_000);
  const events = [started('r'), ...activity(2, large), ...activity(6, 'small'), ended(20)];
  const one = reader([{ workflowId: 'r', runId: 'r1', events }]);

  test('above 8 kB are cut in a tree and whole in a step', async () => {
    const outputs = (await one.read('r', null))?.executions[0]?.steps.map(({ output }) => output);
    expect(outputs?.[0]).toEqual({ kind: 'cut', bytes: 12_002, value: null, text: `"${'é'.repeat(999)}` });
    expect(outputs?.[1]).toMatchObject({ kind: 'json', value: 'small' });
    expect((await one.steps('r', null, 'step'))?.[0]?.output?.value).toBe(large);
  });

  test('are counted in statistics by step', async () => {
    const found = await one.statistics('step', 10, null);
    expect(found).toMatchObject({ executions: 1, count: 2, completed: 2, failed: 0, open: 0 });
    expect(found).toMatchObject({ durationMs: { p50: 4, p95: 4, max: 4 }, queueMs: { p50: 1, p95: 1 } });
  });
});

describe('recent executions', () => {
  test('that began in one moment are paged without one lost or shown twice', async () => {
    const runs = Array.from({ length: 9 }, (_, index) => ({
      workflowId: `w${index}`,
      runId: `r${index}`,
      events: [started('w'), ended(2)],
    }));
    const all = reader(runs);
    const seen: string[] = [];
    for (let page = await all.recent({}, 2); page.length > 0; ) {
      seen.push(...page.map(({ runId }) => runId));
      const after = page.at(-1);
      page = after ? await all.recent({ after }, 2) : [];
    }
    expect(seen).toEqual(runs.map(({ runId }) => runId).reverse());
  });
});
