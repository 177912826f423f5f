import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createScheduleRecords } from '../../db/repositories/schedule-records.ts';
import { createStrategySchedules } from '../../src/adapters/temporal/schedules.ts';
import { strategyScheduleSchema } from '../../src/contracts/schemas/schedule.ts';
import { parseCron } from '../../src/domain/schedules/cron.ts';
import { nextFirings } from '../../src/domain/schedules/firing-times.ts';
import { ensureSchedules, syncSchedules, withSchedules } from '../../src/main/schedules.ts';
import type { StrategyRecord } from '../../src/ports/repositories.ts';
import type { StrategySchedules } from '../../src/ports/strategy-schedules.ts';
import { environment } from '../factories/environment.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, saveStrategy } from '../factories/research-runs.ts';
import { waitFor } from '../factories/wait-for.ts';

const run = promisify(execFile);
/** A Monday before Thanksgiving's week. */
let now = new Date('2026-11-22T12:00:00Z');
let harness: ResearchHarness;
let schedules: StrategySchedules;

beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0, directLatencyMs: 0 });
  const { client, services } = harness;
  const records = createScheduleRecords(services.db);
  schedules = createStrategySchedules({
    ...{ client, records, strategies: services.strategies, keyId: null },
    now: () => now,
  });
  await ensureSchedules(client, harness.config);
}, 60_000);
afterAll(() => harness?.close());

/** The `temporal` program of the embedded server, as a person would use it. */
async function temporal(...args: string[]): Promise<string> {
  const where = ['--address', environment('FOLIOS_TEST_TEMPORAL_ADDRESS'), '--namespace', harness.namespace];
  const { stdout } = await run(environment('FOLIOS_TEST_TEMPORAL_EXECUTABLE'), [...args, ...where]);
  return stdout;
}

async function strategyOf(slug: string): Promise<StrategyRecord> {
  const found = await harness.services.strategies.find(slug);
  if (!found) throw new Error(`no strategy ${slug}`);
  return found;
}

async function newStrategy(changes: Parameters<typeof saveStrategy>[1] = {}): Promise<StrategyRecord> {
  return strategyOf(await saveStrategy(harness.services, { providers: allIn('direct').slice(0, 1), ...changes }));
}

const ANY_TIME = strategyScheduleSchema.parse({ cron: '0 6 1 1 *', timeZone: 'UTC', market: 'any' });
const WEEKLY = strategyScheduleSchema.parse({ cron: '30 9 * * 1-5', jitterSeconds: 60, overlap: 'buffer_one' });

describe('a schedule', () => {
  test('stands in Temporal as it was asked for, and is shown with words, zone and next firings', async () => {
    const strategy = await newStrategy();
    const shown = await schedules.set(strategy, WEEKLY);
    expect(shown).toMatchObject({
      scheduleId: `strategy/${strategy.id}`,
      kind: 'strategy',
      state: 'active',
      crons: ['30 9 * * 1-5'],
      words: 'At 09:30, Monday through Friday',
      timeZone: 'America/New_York',
      market: 'trading_days',
      jitterSeconds: 60,
      overlap: 'buffer_one',
      catchupMinutes: 10,
      document: 'none',
      recent: [],
    });
    expect(shown.next).toHaveLength(5);
    const listed = await temporal('schedule', 'list', '--output', 'json');
    await waitFor('Temporal’s list', async () =>
      (await temporal('schedule', 'list', '--output', 'json')).includes(`strategy/${strategy.id}`),
    );
    expect(listed).toContain('plan-research');
  });

  test('fires when the server says what our own calendar says, over both changes of the clocks', async () => {
    const { client } = harness;
    const crons = [
      '30 2 * * *',
      '30 1 * * *',
      '*/20 0-3 * * *',
      '15 6 13 * 5',
      '0 12 29 2 *',
      '0 9 * 1,7 sun',
      '0 5 * * 7',
    ];
    const zones = ['America/New_York', 'Europe/Zurich', 'Australia/Sydney', 'UTC'];
    // In zones east of Greenwich Temporal 1.5 takes the hour before the one that comes twice for it: two hours a year.
    const putBack = ['2027-10-31T01:00:00Z', '2027-04-03T16:00:00Z'].map((time) => Date.parse(time));
    const isComparable = (time: Date) => putBack.every((moment) => Math.abs(time.getTime() - moment) > 2 * 3_600_000);
    const starts = ['2027-03-12T00:00:00Z', '2027-03-27T00:00:00Z', '2027-10-30T00:00:00Z', '2027-11-06T00:00:00Z'];
    const cases = crons.flatMap((cron) => zones.flatMap((zone) => starts.map((start) => ({ cron, zone, start }))));
    const differing = await Promise.all(
      cases.map(async ({ cron, zone, start }, index) => {
        const handle = await client.schedule.create({
          scheduleId: `preview-${index}`,
          spec: { cronExpressions: [cron], timezone: zone, startAt: new Date(start) },
          action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'nobody' },
          state: { paused: true },
        });
        const { info } = await handle.describe();
        await handle.delete();
        const parsed = parseCron(cron);
        if (!parsed.ok) throw new Error(parsed.problem);
        const theirs = info.nextActionTimes.filter(isComparable);
        const ours = nextFirings(parsed.fields, zone, Date.parse(start) - 1, 20)
          .map((one) => new Date(one))
          .filter(isComparable)
          .slice(0, theirs.length);
        const isSame = theirs.length >= 5 && JSON.stringify(ours) === JSON.stringify(theirs);
        return isSame ? null : { cron, zone, start, ours, theirs };
      }),
    );
    expect(differing.filter((one) => one !== null)).toEqual([]);
  });

  test('that Temporal does not know is SCHEDULE_NOT_FOUND', async () => {
    const strategy = await newStrategy();
    const target = { kind: 'strategy', strategy } as const;
    const change = { reason: 'earnings', by: 'ada' };
    for (const doing of [schedules.show(target), schedules.pause(target, change), schedules.trigger(target)]) {
      await expect(doing).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
    }
    expect(await schedules.delete(strategy)).toBe(false);
  });
});

describe('what somebody changes with the temporal program', () => {
  test('is what folios shows: paused with its note, other times, triggered, deleted', async () => {
    const strategy = await newStrategy({ active: true });
    const target = { kind: 'strategy', strategy } as const;
    await schedules.set(strategy, ANY_TIME);
    const id = ['--schedule-id', `strategy/${strategy.id}`];

    await temporal('schedule', 'toggle', ...id, '--pause', '--reason', 'earnings tonight');
    expect(await schedules.show(target)).toMatchObject({ state: 'paused', note: 'earnings tonight' });
    await temporal('schedule', 'toggle', ...id, '--unpause', '--reason', 'done');
    expect(await schedules.show(target)).toMatchObject({ state: 'active', note: 'done' });

    await temporal('schedule', 'trigger', ...id);
    const fired = await waitFor('the triggered run', async () => {
      const { recent } = await schedules.show(target);
      return recent[0]?.status === 'completed' ? recent[0] : null;
    });
    expect(fired.outcome).toMatch(/^ran research\//);

    await temporal(
      ...['schedule', 'update', ...id, '--interval', '45m', '--cron', '5 4 * * 0', '--time-zone', 'Europe/Zurich'],
      ...['--type', 'scheduledRun', '--task-queue', 'folios', '--workflow-id', `scheduled/${strategy.id}`],
      ...[
        '--overlap-policy',
        'BufferAll',
        '--input',
        JSON.stringify({ strategyId: strategy.id, market: 'market_open' }),
      ],
    );
    expect(await schedules.show(target)).toMatchObject({
      crons: ['5 4 * * 0'],
      words: 'At 04:05, only on Sunday; and every 2700 seconds',
      timeZone: 'Europe/Zurich',
      overlap: 'buffer_all',
      market: 'market_open',
    });

    await temporal('schedule', 'delete', ...id);
    await waitFor('the end of it', async () =>
      (await schedules.list()).some((one) => one.scheduleId === id[1] && one.state === 'missing'),
    );
  });
});

describe('pausing, resuming, triggering, making up for', () => {
  test('keeps who and why in Temporal itself', async () => {
    const strategy = await newStrategy();
    const target = { kind: 'strategy', strategy } as const;
    await schedules.set(strategy, WEEKLY);
    const paused = await schedules.pause(target, { reason: 'earnings tonight', by: 'ada' });
    expect(paused).toMatchObject({ state: 'paused', note: 'earnings tonight (ada)' });
    // Another time of day, and it stays paused.
    expect(await schedules.set(strategy, { ...WEEKLY, cron: '0 10 * * 1-5' })).toMatchObject({
      state: 'paused',
      crons: ['0 10 * * 1-5'],
    });
    expect(await temporal('schedule', 'describe', '--schedule-id', `strategy/${strategy.id}`)).toContain(
      'earnings tonight (ada)',
    );
    const resumed = await schedules.resume(target, { reason: 'done', by: 'bob' });
    expect(resumed).toMatchObject({ state: 'active', note: 'done (bob)' });
    expect(await schedules.delete(strategy)).toBe(true);
  });

  test('a firing of an inactive strategy and one on a holiday say so and do nothing', async () => {
    const idle = await newStrategy({ active: false });
    const active = await newStrategy({ active: true });
    await schedules.set(idle, ANY_TIME);
    const daily = strategyScheduleSchema.parse({ cron: '0 6 * * *' });
    await schedules.set(active, daily);
    expect(await schedules.trigger({ kind: 'strategy', strategy: idle })).toMatchObject({
      skipped: expect.stringContaining('is not active'),
    });
    // New Year's Day, a Thursday, and the Friday after it, which is traded.
    now = new Date('2026-11-22T12:00:00Z');
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T23:00:00Z' };
    const target = { kind: 'strategy', strategy: active } as const;
    const { firings } = await schedules.backfill(target, range);
    expect(firings.map(({ local, skipped }) => ({ local, skipped }))).toEqual([
      { local: 'Thu 2026-01-01 06:00 EST', skipped: 'the New York Stock Exchange is closed on 2026-01-01' },
      { local: 'Fri 2026-01-02 06:00 EST', skipped: null },
    ]);
    const recent = await waitFor('both firings', async () => {
      const shown = await schedules.show(target);
      return shown.recent.filter(({ status }) => status === 'completed').length === 2 ? shown.recent : null;
    });
    expect(recent.map(({ outcome }) => outcome).sort()).toEqual([
      'nothing was started: the New York Stock Exchange is closed on 2026-01-01',
      expect.stringMatching(/^ran research\//),
    ]);
    const idleRun = await waitFor('the idle firing', async () => {
      const [first] = (await schedules.show({ kind: 'strategy', strategy: idle })).recent;
      return first?.status === 'completed' ? first : null;
    });
    expect(idleRun.outcome).toMatch(/^nothing was started: test-\w+ is not active/);
  });

  test('a firing that is made up for again asks nobody a second time', async () => {
    const strategy = await newStrategy({ active: true });
    const target = { kind: 'strategy', strategy } as const;
    await schedules.set(strategy, strategyScheduleSchema.parse({ cron: '0 6 * * *', market: 'any' }));
    const range = { from: '2026-01-05T00:00:00Z', to: '2026-01-05T23:00:00Z' };
    for (const count of [1, 2]) {
      await schedules.backfill(target, range);
      await waitFor(`firing ${count}`, async () => {
        const { recent } = await schedules.show(target);
        return recent.length === count && recent.every(({ status }) => status === 'completed');
      });
    }
    const { recent } = await schedules.show(target);
    expect(new Set(recent.map(({ outcome }) => outcome)).size).toBe(1);
    expect(await harness.services.research.listTasks({ strategyId: strategy.id, limit: 10 })).toHaveLength(1);
  });

  test.each([
    [
      'more than 20 firings',
      { from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' },
      /fires \d+ times, more than 20/,
    ],
    ['none', { from: '2026-01-05T12:00:00Z', to: '2026-01-05T13:00:00Z' }, /does not fire between/],
    ['the future', { from: '2026-11-20T00:00:00Z', to: '2027-01-01T00:00:00Z' }, /has passed/],
    [
      'a time that ends before it begins',
      { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      /before it begins/,
    ],
  ])('making up for %s is refused', async (_what, range, message) => {
    const strategy = await newStrategy();
    await schedules.set(strategy, strategyScheduleSchema.parse({ cron: '0 6 * * *' }));
    const doing = schedules.backfill({ kind: 'strategy', strategy }, range);
    await expect(doing).rejects.toMatchObject({ code: 'INPUT_INVALID', message: expect.stringMatching(message) });
  });
});

describe('a strategy document and its schedule', () => {
  test('are brought together on save: created, changed, and deleted with the document’s wish', async () => {
    const { services } = harness;
    const strategies = withSchedules(services.strategies, schedules);
    const first = await newStrategy();
    const save = async (schedule?: typeof WEEKLY) =>
      (await strategies.save({ ...first.document, ...(schedule ? { schedule } : {}) })).record;
    const saved = await save(WEEKLY);
    const target = { kind: 'strategy', strategy: saved } as const;
    expect(await schedules.show(target)).toMatchObject({ crons: ['30 9 * * 1-5'], document: 'same' });
    await save({ ...WEEKLY, cron: '45 9 * * 1-5' });
    expect(await schedules.show(target)).toMatchObject({ crons: ['45 9 * * 1-5'] });
    await save();
    await expect(schedules.show(target)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
  });

  test('are brought together at the next start after a crash in between, and what was changed in Temporal stays', async () => {
    const { services } = harness;
    const { record } = await services.strategies.save({ ...(await newStrategy()).document, schedule: WEEKLY });
    const target = { kind: 'strategy', strategy: record } as const;
    await expect(schedules.show(target)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
    await syncSchedules(services.strategies, schedules);
    expect(await schedules.show(target)).toMatchObject({ state: 'active', document: 'same' });

    await temporal('schedule', 'toggle', '--schedule-id', `strategy/${record.id}`, '--pause', '--reason', 'by hand');
    await schedules.set(record, { ...WEEKLY, cron: '0 11 * * 1-5' });
    await syncSchedules(services.strategies, schedules);
    const shown = await schedules.show(target);
    expect(shown).toMatchObject({ state: 'paused', note: 'by hand', crons: ['0 11 * * 1-5'], document: 'differs' });

    // Deleted on purpose, by whatever program: it does not come back by itself.
    await temporal('schedule', 'delete', '--schedule-id', `strategy/${record.id}`);
    await syncSchedules(services.strategies, schedules);
    await expect(schedules.show(target)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
  });

  test('a strategy with a schedule of its own is not planned as stale besides', async () => {
    const { services } = harness;
    const strategy = await newStrategy({ active: true });
    const isStale = async () =>
      (await services.strategies.listStale(new Date())).some(({ strategyId }) => strategyId === strategy.id);
    expect(await isStale()).toBe(true);
    await schedules.set(strategy, ANY_TIME);
    expect(await isStale()).toBe(false);
    await schedules.delete(strategy);
    expect(await isStale()).toBe(true);
  });
});

test('schedules that somebody made in Temporal by hand are listed as they are, however odd', async () => {
  const id = 'strategy/made-by-hand';
  const odd = ['--calendar', JSON.stringify({ dayOfMonth: '30', month: '2' }), '--cron', '0-10/15 * * * 7'];
  const what = ['--type', 'something', '--task-queue', 'nobody', '--workflow-id', 'x', '--input', '"text"'];
  await temporal('schedule', 'create', '--schedule-id', id, ...odd, ...what, '--paused', '--notes', 'mine');
  const listed = await waitFor('Temporal’s list', async () =>
    (await schedules.list()).find(({ scheduleId }) => scheduleId === id),
  );
  expect(listed).toMatchObject({
    state: 'paused',
    note: 'mine',
    strategy: null,
    market: null,
    words: 'at the times of "0-10/15 * * * 0"; and at the times of "0 0 30 2 *"',
  });
  await temporal('schedule', 'delete', '--schedule-id', id);
});

test('the list has our own schedules beside those of strategies', async () => {
  const strategy = await newStrategy();
  await schedules.set(strategy, WEEKLY);
  const listed = await schedules.list();
  const system = listed.filter(({ kind }) => kind === 'system').map(({ scheduleId }) => scheduleId);
  expect(system).toEqual(['archive-histories', 'plan-research', 'reconcile-broker', 'snapshot-portfolios']);
  expect(listed.find(({ scheduleId }) => scheduleId === 'reconcile-broker')).toMatchObject({
    words: 'Every 15 minutes',
    market: null,
    strategy: null,
    state: 'active',
  });
  expect(listed.find((one) => one.strategy?.id === strategy.id)).toMatchObject({ crons: ['30 9 * * 1-5'] });
});
