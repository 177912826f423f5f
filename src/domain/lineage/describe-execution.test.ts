import { describe, expect, test } from '@jest/globals';
import { describeExecution, type ExecutionRecords } from './describe-execution.ts';
import type { HistoryEvent } from './history-event.ts';
import type { LineageCall } from './lineage.ts';

const T0 = Date.parse('2026-11-22T10:00:00.000Z');
const iso = (atMs: number) => new Date(atMs).toISOString();
const REF = { uri: 'artifacts/r/t/prompt.txt', sha256: 'a'.repeat(64), bytes: 3, mediaType: 'text/plain' };

const EVENTS: readonly HistoryEvent[] = [
  {
    ...{ kind: 'started', eventId: 1, atMs: T0, workflowId: 'job/1', workflowType: 'providerJob', title: null },
    ...{ parent: null, continuedFrom: null, attributes: { B: '2', A: '1' } },
    input: [{ kind: 'json', bytes: 9, value: { deep: [{ file: REF }] }, text: null }],
  },
  {
    ...{ kind: 'opened', step: 'activity', eventId: 5, atMs: T0 + 100, name: 'openJob', summary: null },
    ...{ taskQueue: 'folios', input: [], target: null },
  },
  { kind: 'attributes', eventId: 6, atMs: T0 + 150, attributes: { A: '3' } },
  { kind: 'closed', of: 5, eventId: 7, atMs: T0 + 900, state: 'completed', output: null, error: null },
  { kind: 'ended', eventId: 9, atMs: T0 + 1_000, state: 'completed', output: null, error: null, continuedBy: null },
];

function call(callId: string, atMs: number, costUsd: string, state = 'answered'): LineageCall {
  const rest = { provider: 'openai', mode: 'batch', model: 'm', inputTokens: 1, outputTokens: 1 };
  return { callId, at: iso(atMs), costUsd, state, ...rest };
}

function told(records: Partial<ExecutionRecords> = {}) {
  const run = { workflowId: 'job/1', runId: 'r', events: EVENTS };
  return describeExecution([run], { artifacts: [], calls: [], ...records }, iso);
}

describe('an execution', () => {
  test('has attributes sorted, the last value of each, and the files that its input names', () => {
    expect(JSON.stringify(told()?.attributes)).toBe('{"A":"3","B":"2"}');
    expect(told()).toMatchObject({ artifacts: [REF], costUsd: null, durationMs: 1_000 });
  });

  test('gives a file to the activity during which it was recorded', () => {
    const file = { ...REF, uri: 'artifacts/r/t/answer.txt' };
    const during = told({ artifacts: [{ ...file, writtenAtMs: T0 + 500 }] });
    expect(during?.steps[0]?.artifacts).toEqual([file]);
    const after = told({ artifacts: [{ ...file, writtenAtMs: T0 + 950 }] });
    expect(after?.steps[0]?.artifacts).toEqual([]);
    expect(after?.artifacts).toEqual([file, REF]);
  });

  test('leaves to a later execution of the same id what the books got then', () => {
    const later = T0 + 60_000;
    const execution = told({
      artifacts: [{ ...REF, uri: 'artifacts/r/t/later.txt', writtenAtMs: later }],
      calls: [
        call('a', T0 + 10, '0.1'),
        call('b', T0 + 20, '0.2'),
        call('refused', T0 + 30, '9', 'refused'),
        call('c', later, '5'),
      ],
    });
    expect(execution?.artifacts).toEqual([REF]);
    expect(execution?.calls.map(({ callId }) => callId)).toEqual(['a', 'b', 'refused']);
    expect(execution?.costUsd).toBe('0.3');
  });

  test('is null where its beginning is missing', () => {
    const run = { workflowId: 'job/1', runId: 'r', events: EVENTS.slice(1) };
    expect(describeExecution([run], { artifacts: [], calls: [] }, iso)).toBeNull();
    expect(describeExecution([], { artifacts: [], calls: [] }, iso)).toBeNull();
  });
});
