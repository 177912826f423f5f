import { describe, expect, test } from '@jest/globals';
import type { Lineage, LineageExecution, LineageStep } from '../../domain/lineage/lineage.ts';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { GROUP_ID, sampleTask, taskIdOf } from '../testing/sample-data.ts';
import { demoOrder } from '../testing/sample-orders.ts';

const ESCAPE = String.fromCharCode(27);
const AT = '2026-11-22T10:00:00.000Z';

function step(change: Partial<LineageStep>): LineageStep {
  return {
    ...{ id: '1.5', kind: 'activity', name: 'openJob', summary: null, state: 'completed', taskQueue: 'q', input: [] },
    ...{ output: null, artifacts: [], attempts: 1, scheduledAt: AT, startedAt: AT, endedAt: AT, queueMs: 1 },
    ...{ durationMs: 1_500, totalMs: 1_500, error: null, lastError: null, by: null, child: null },
    ...change,
  };
}

function execution(workflowId: string, runId: string, steps: readonly LineageStep[]): LineageExecution {
  return {
    ...{ workflowId, workflowType: 'researchRun', title: null, runIds: [runId], parent: null, state: 'failed' },
    ...{ startedAt: AT, endedAt: AT, durationMs: 2_000, input: [], output: null, attributes: {}, steps },
    ...{
      artifacts: [],
      calls: [],
      costUsd: '0.25',
      error: { code: 'JOB_FAILED', message: 'no luck', retryable: false },
    },
  };
}

const LINEAGE: Lineage = {
  workflowId: 'research/1',
  closed: false,
  missing: [{ workflowId: 'ticket/9', runId: null, reason: 'its history is gone' }],
  totals: { executions: 2, steps: 3, failedSteps: 1, costUsd: '0.5' },
  executions: [
    execution('research/1', 'a', [
      step({ kind: 'update', name: 'cancel', by: 'ada' }),
      step({ kind: 'child', name: 'providerJob', child: { workflowId: 'job/1', runId: 'b' } }),
    ]),
    execution('job/1', 'b', [
      step({
        ...{ name: 'submitJob', state: 'failed', attempts: 3, summary: `${ESCAPE}[31mred${ESCAPE}[0m` },
        error: {
          code: 'PROVIDER_REJECTED',
          message: `bad${ESCAPE}]0;title\u0007 model ${'x'.repeat(500)}`,
          retryable: false,
        },
      }),
    ]),
  ],
};

function context(read: (workflowId: string) => Lineage | null = () => LINEAGE): {
  asked: string[];
  context: CliContext;
} {
  const world = emptyWorld();
  world.tasks = [sampleTask('openai'), sampleTask('gemini')];
  world.orders = [demoOrder()];
  const asked: string[] = [];
  const reader = {
    read: async (workflowId: string) => {
      asked.push(workflowId);
      return read(workflowId);
    },
    collect: async () => null,
  };
  const artifacts = { get: async () => new Uint8Array() };
  return { asked, context: { ...createFakeContext(world), lineage: async () => ({ reader, artifacts }) } };
}

describe('lineage', () => {
  test('shows the outcome first, then the steps as a tree with what each started', async () => {
    const { stdout, exitCode } = await runCommand(['lineage', 'research/1'], context().context);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual(
      [
        '✗ failed after 2.0 s: researchRun research/1',
        'JOB_FAILED: no luck',
        'started 2026-11-22T10:00:00.000Z',
        '3 steps in 2 executions, 1 failed; models cost $0.5000 in all',
        'Not all of it has ended: what is shown will change.',
        '',
        '├─ ✓ cancel (update) [1.5 s, by ada]',
        '└─ ✓ providerJob (child) → job/1 [1.5 s, $0.2500]',
        '   └─ ✗ submitJob: red [3 attempts, 1.5 s]',
        expect.stringMatching(/^ {6}PROVIDER_REJECTED: bad model x+…$/),
        '',
        'not shown: ticket/9: its history is gone',
        '',
      ].map((line) =>
        typeof line === 'string' && /^(JOB_FAILED|started|3 steps|Not all)/.test(line) ? `  ${line}` : line,
      ),
    );
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(stdout).not.toContain(ESCAPE);
  });

  test.each([
    [GROUP_ID, `research/${GROUP_ID}`],
    [taskIdOf('gemini').slice(0, 13), `job/${taskIdOf('gemini')}`],
    [demoOrder().orderId, `ticket/${demoOrder().ticketId}`],
    [demoOrder().orderRef, `ticket/${demoOrder().ticketId}`],
    [demoOrder().ticketId, `ticket/${demoOrder().ticketId}`],
    ['plan-research/scheduled-2026-11-22T06:00:00Z', 'plan-research/scheduled-2026-11-22T06:00:00Z'],
    ['trading-mode', 'trading-mode'],
  ])('finds what is meant by %s', async (reference, workflowId) => {
    const { asked, context: seen } = context();
    expect((await runCommand(['lineage', reference], seen)).stderr).not.toContain('error');
    expect(asked).toEqual([workflowId]);
  });

  test.each([
    ['0198c0de', 'INPUT_INVALID', '3 ids begin with'],
    ['ffffffff', 'RESOURCE_NOT_FOUND', 'no run, task, ticket or order'],
    ['a b', 'INPUT_INVALID', 'is not the id of'],
    ['', 'INPUT_INVALID', 'is not the id of'],
  ])('says why "%s" means nothing', async (reference, code, words) => {
    const { exitCode, stderr } = await runCommand(['lineage', reference], context().context);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(code)]);
    expect(stderr).toContain(words);
  });

  test('says when nobody has the history any more', async () => {
    for (const more of [[], ['--export', '/nonexistent/file']]) {
      const { exitCode, stderr } = await runCommand(['lineage', 'job/1', ...more], context(() => null).context);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('RESOURCE_NOT_FOUND')]);
    }
  });

  test('verify needs no connection, and refuses a root that is no hash', async () => {
    const { context: seen } = context();
    const lost = await runCommand(['lineage', 'verify', '/nonexistent/file'], seen);
    expect(lost).toMatchObject({ exitCode: 1, connected: false, stderr: expect.stringContaining('cannot be read') });
    const noHash = await runCommand(['lineage', 'verify', 'x', '--root', 'abc'], seen);
    expect([noHash.exitCode, noHash.stderr]).toEqual([1, expect.stringContaining('64 hexadecimal digits')]);
  });
});
