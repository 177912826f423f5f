import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { historyEvents } from '../../src/adapters/temporal/history-events.ts';
import { fromHistoryJson, toHistoryJson } from '../../src/adapters/temporal/history-json.ts';
import { createPayloadReader } from '../../src/adapters/temporal/history-payloads.ts';
import { describeExecution } from '../../src/domain/lineage/describe-execution.ts';
import type { LineageExecution } from '../../src/domain/lineage/lineage.ts';

const DIRECTORY = join(import.meta.dirname, '../replay/histories');
const files = (await readdir(DIRECTORY)).sort();
const NO_RECORDS = { artifacts: [], calls: [] };

async function lineageOf(file: string): Promise<LineageExecution> {
  const history = fromHistoryJson(await readFile(join(DIRECTORY, file)));
  const events = await historyEvents(history.events ?? [], createPayloadReader(undefined));
  const run = { workflowId: 'w', runId: 'r', events };
  const execution = describeExecution([run], NO_RECORDS, (atMs) => new Date(atMs).toISOString());
  if (execution === null) throw new Error(`${file} has no start`);
  return execution;
}

describe('the lineage of a recorded history', () => {
  test.each(files)('%s: every step has ended, in order, with its times, and nothing is unreadable', async (file) => {
    const { workflowType, state, steps, startedAt, endedAt } = await lineageOf(file);
    expect(file.startsWith(workflowType)).toBe(true);
    expect(state).not.toBe('open');
    expect(steps.length).toBeGreaterThan(0);
    // A message that came while a workflow task ran stands after what that task did, with its own, earlier time.
    const ids = steps.map(({ id }) => Number(id.split('.')[1]));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    for (const step of steps) {
      expect(step.scheduledAt >= startedAt && (step.endedAt ?? '') <= (endedAt ?? '')).toBe(true);
      expect([...step.input, step.output].map((value) => value?.kind)).not.toContain('unreadable');
      if (step.state !== 'open') expect(step.totalMs).toBeGreaterThanOrEqual(step.durationMs ?? 0);
      if (step.kind === 'activity') expect(step.summary).not.toBeNull();
    }
  });

  test.each(files)('%s is the same bytes however the server orders its maps', async (file) => {
    const history = fromHistoryJson(await readFile(join(DIRECTORY, file)));
    const turned = fromHistoryJson(Buffer.from(JSON.stringify(reversed(JSON.parse(textOf(toHistoryJson(history)))))));
    expect(textOf(toHistoryJson(turned))).toBe(textOf(toHistoryJson(history)));
  });

  test('of a run has its providers’ jobs and tickets as children, with their runs', async () => {
    const { steps, state, attributes } = await lineageOf('researchRun.json');
    const children = steps.filter(({ kind }) => kind === 'child');
    expect(children.map(({ name }) => name).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'executeTicket'),
      ...Array.from({ length: 3 }, () => 'providerJob'),
    ]);
    for (const { child, state: ended } of children) {
      expect([ended, child?.workflowId]).toEqual(['completed', expect.stringMatching(/^(job|ticket)\//)]);
      expect(child?.runId).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(state).toBe('completed');
    expect(attributes.FoliosKind).toBe('research');
  });

  test('of a cancelled job says what was asked, what was tried, and with which code it ended', async () => {
    const { error, state, steps } = await lineageOf('providerJob.cancelled.json');
    expect([state, error?.code, error?.message]).toEqual(['failed', 'JOB_CANCELLED', 'no longer wanted']);
    const updates = steps.filter(({ kind }) => kind === 'update').map(({ name, input }) => [name, input[0]?.value]);
    expect(updates).toEqual([
      ['poll', undefined],
      ['cancel', 'no longer wanted'],
    ]);
    expect(steps.find(({ name }) => name === 'awaitJob')).toMatchObject({ state: 'cancelled', attempts: 0 });
  });

  test('of a submission in doubt keeps the failed attempt and how it was found', async () => {
    const { steps } = await lineageOf('providerJob.reconciled.json');
    const submit = steps.find(({ name }) => name === 'submitJob');
    expect(submit).toMatchObject({ state: 'failed', attempts: 1, error: { code: expect.stringMatching(/^[A-Z_]+$/) } });
    expect(steps.find(({ name }) => name === 'reconcileSubmission')).toMatchObject({ state: 'completed' });
  });

  test('of a ticket says who changed and who cancelled its orders', async () => {
    const { steps } = await lineageOf('executeTicket.bracket-cancelled.json');
    const asked = steps.filter(({ kind }) => kind === 'update').map(({ name, by }) => [name, by]);
    expect(asked).toEqual([
      ['modifyOrder', 'ada'],
      ['cancelOrders', 'ada'],
    ]);
    expect(steps.some(({ kind, name }) => kind === 'signal' && name === 'orderNews')).toBe(true);
  });

  test('of a step that waited by failing shows its attempts and why the one before failed', async () => {
    const { steps } = await lineageOf('providerJob.rate-limited.json');
    const repeated = steps.filter(({ attempts }) => attempts > 1);
    for (const step of repeated) expect([step.lastError?.code, step.queueMs]).toEqual([expect.any(String), null]);
  });
});

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** The same JSON with the names of every object in the opposite order. */
function reversed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(reversed);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .reverse()
      .map(([name, value]) => [name, reversed(value)]),
  );
}
