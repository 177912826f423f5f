import { describe, expect, test } from '@jest/globals';
import type { Schedule } from '../../contracts/schemas/api/schedules.ts';
import type { StrategySchedule } from '../../domain/schedules/strategy-schedule.ts';
import type { PayloadKeyReport, PayloadKeys } from '../../ports/payload-keys.ts';
import type { StrategySchedules } from '../../ports/strategy-schedules.ts';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { prepared } from '../testing/prepared.ts';
import { runCommand } from '../testing/run-command.ts';
import { sampleStrategy } from '../testing/sample-data.ts';

const STRATEGY = sampleStrategy();
const SHOWN: Schedule = {
  scheduleId: `strategy/${STRATEGY.id}`,
  kind: 'strategy',
  strategy: { id: STRATEGY.id, slug: STRATEGY.document.slug, name: STRATEGY.document.name, active: true },
  state: 'paused',
  note: 'earnings\u001b[31m tonight (ada)',
  words: 'At 06:00, Monday through Friday',
  crons: ['0 6 * * 1-5'],
  timeZone: 'America/New_York',
  market: 'trading_days',
  jitterSeconds: 30,
  overlap: 'skip',
  catchupMinutes: 10,
  next: [
    { at: '2026-11-25T11:00:00.000Z', local: 'Wed 2026-11-25 06:00 EST', skipped: null },
    { at: '2026-11-26T11:00:00.000Z', local: 'Thu 2026-11-26 06:00 EST', skipped: 'the exchange is closed' },
  ],
  recent: [
    {
      scheduledAt: '2026-11-24T11:00:00.000Z',
      startedAt: '2026-11-24T11:00:00.100Z',
      workflowId: 'scheduled/x',
      runId: 'r',
      status: 'completed',
      outcome: 'ran research/y',
    },
  ],
  firingsTaken: 3,
  firingsMissed: 1,
  firingsSkippedForOverlap: 0,
  document: 'differs',
  changedAt: null,
};

function context(schedules: Partial<StrategySchedules>, payloadKeys: Partial<PayloadKeys> = {}): CliContext {
  return {
    ...createFakeContext({ ...emptyWorld(), strategies: [STRATEGY] }),
    schedules: prepared<StrategySchedules>('schedules', schedules),
    payloadKeys: prepared<PayloadKeys>('payloadKeys', payloadKeys),
  };
}

describe('schedule show', () => {
  test('tells state, times, rules, and what firings did and will do; notes cannot paint the terminal', async () => {
    const { stdout, exitCode } = await runCommand(
      ['schedule', 'show', STRATEGY.document.slug],
      context({ show: async () => SHOWN }),
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('paused: earnings tonight (ada)');
    expect(stdout).toContain('At 06:00, Monday through Friday (America/New_York)');
    expect(stdout).toContain('Wed 2026-11-25 06:00 EST   2026-11-25 11:00 UTC\n');
    expect(stdout).toContain('starts nothing: the exchange is closed');
    expect(stdout).toContain('2026-11-24 11:00 UTC  completed  ran research/y');
    expect(stdout).toContain('3 fired, 1 missed, 0 left out for an overlap');
    expect(stdout).not.toContain('\u001b');
  });

  test('takes our own schedules by their names', async () => {
    const asked: unknown[] = [];
    const show: StrategySchedules['show'] = async (target) => {
      asked.push(target);
      return { ...SHOWN, kind: 'system', scheduleId: 'plan-research', strategy: null, market: null };
    };
    const { stdout } = await runCommand(['schedule', 'show', 'plan-research', '--json'], context({ show }));
    expect(asked).toEqual([{ kind: 'system', scheduleId: 'plan-research' }]);
    expect(JSON.parse(stdout).schedule.scheduleId).toBe('plan-research');
  });
});

test('schedule list shows when each fires next, and not when it is paused', async () => {
  const list = async () => [SHOWN, { ...SHOWN, scheduleId: 'plan-research', strategy: null, state: 'active' } as const];
  const { stdout } = await runCommand(['schedule', 'list'], context({ list }));
  expect(stdout).toMatch(/dreman-contrarian +paused +At 06:00.* America\/New_York +- /);
  expect(stdout).toMatch(/plan-research +active .* Wed 2026-11-25 06:00 EST/);
});

describe('schedule set', () => {
  test('gives the strategy what the options say', async () => {
    const given: StrategySchedule[] = [];
    const set: StrategySchedules['set'] = async (_strategy, schedule) => {
      given.push(schedule);
      return SHOWN;
    };
    const options = ['--cron', '0 6 * * 1-5', '--time-zone', 'UTC', '--market', 'any', '--jitter', '60'];
    const { exitCode } = await runCommand(['schedule', 'set', 'dreman-contrarian', ...options], context({ set }));
    expect(exitCode).toBe(0);
    expect(given).toEqual([
      {
        ...{ cron: '0 6 * * 1-5', timeZone: 'UTC', market: 'any', jitterSeconds: 60, overlap: 'skip' },
        catchupMinutes: 10,
      },
    ]);
  });

  test.each([
    [['--cron', '0 0 6 * * 1'], /cron: .*five fields .* not 6/],
    [['--cron', '0 0 30 2 *'], /never fires/],
    [['--cron', '0 6 * * *', '--time-zone', 'Mars/Olympus'], /timeZone: .*not an IANA time zone/],
    [['--cron', '0 6 * * *', '--jitter', 'soon'], /jitterSeconds/],
    [['--cron', '0 6 * * *', '--overlap', 'cancel'], /overlap/],
  ])('%j is refused before anything connects', async (options, message) => {
    const { exitCode, stderr, connected } = await runCommand(
      ['schedule', 'set', 'dreman-contrarian', ...options],
      context({}),
    );
    expect({ exitCode, connected }).toEqual({ exitCode: 1, connected: false });
    expect(stderr).toMatch(/INPUT_INVALID/);
    expect(stderr).toMatch(message);
  });
});

test('pausing keeps who and why', async () => {
  const pause: StrategySchedules['pause'] = async (_target, { reason, by }) => ({
    ...SHOWN,
    note: `${reason} (${by})`,
  });
  const { stdout } = await runCommand(
    ['schedule', 'pause', 'dreman-contrarian', '--reason', 'earnings'],
    context({ pause }),
  );
  expect(stdout).toContain('dreman-contrarian is paused: earnings (ada)');
});

test('a trigger that will start nothing says why', async () => {
  const trigger = async () => ({ scheduleId: 's', skipped: 'dreman-contrarian is not active' });
  const { stdout } = await runCommand(['schedule', 'trigger', 'dreman-contrarian'], context({ trigger }));
  expect(stdout).toContain('it will start nothing: dreman-contrarian is not active');
});

test('deleting asks first, and refuses where nobody can be asked', async () => {
  const { exitCode, stderr } = await runCommand(['schedule', 'delete', 'dreman-contrarian'], context({}));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('CONFIRMATION_REQUIRED');
  const { stdout } = await runCommand(
    ['schedule', 'delete', 'dreman-contrarian', '--yes'],
    context({ delete: async () => true }),
  );
  expect(stdout).toContain('has no schedule any more');
});

describe('keys', () => {
  const report: PayloadKeyReport = {
    keys: [
      { id: 'aaaa', role: 'encrypts', openWorkflows: 2, schedules: 3 },
      { id: 'bbbb', role: 'decrypts', openWorkflows: 0, schedules: 0 },
      { id: 'cccc', role: 'missing', openWorkflows: 1, schedules: 0 },
    ],
    examinedWorkflows: 3,
    isComplete: true,
    plainWorkflows: 1,
  };

  test('tells which are needed, which are not, and which are missing', async () => {
    const { stdout } = await runCommand(['keys'], context({}, { report: async () => report }));
    expect(stdout).toMatch(/aaaa +encrypts and decrypts +2 +3/);
    expect(stdout).toContain('bbbb is needed by nothing open');
    expect(stdout).toContain('cccc is needed: put that key into FOLIOS_ENCRYPTION_OLD_KEYS');
    expect(stdout).toContain('1 open workflow with payloads that are not encrypted');
  });

  test('claims of no key that it is unused where not everything was examined', async () => {
    const partly = async () => ({ ...report, isComplete: false });
    const { stdout } = await runCommand(['keys'], context({}, { report: partly }));
    expect(stdout).toContain('there are more: --limit');
    expect(stdout).not.toContain('needed by nothing');
  });
});
