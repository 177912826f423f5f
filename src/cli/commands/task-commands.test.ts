import { describe, expect, test } from '@jest/globals';
import type { ExecuteTicketInput } from '../../../workflows/execute-ticket/messages.ts';
import { FoliosError } from '../../contracts/errors.ts';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { ticketStarter } from '../testing/fake-tickets.ts';
import { runCommand } from '../testing/run-command.ts';
import { GROUP_ID, sampleStrategy, sampleTask, taskIdOf } from '../testing/sample-data.ts';

type Folios = CliContext['folios'];

function world(change: Partial<FakeWorld> = {}): FakeWorld {
  return { ...emptyWorld(), strategies: [sampleStrategy()], ...change };
}

describe('execute', () => {
  const settled = {
    ticketId: taskIdOf('openai'),
    accountId: 'a',
    filledCount: 7,
    deniedCount: 1,
    cashUsd: '1234.5',
    positionsUsd: '98765.5',
    totalUsd: '100000',
  };
  const ready = [
    sampleTask('openai', { executedAt: null }),
    sampleTask('gemini', { executedAt: null }),
    sampleTask('anthropic'),
  ];

  test('executes each ready task under the task’s own id and reports a failure beside the others', async () => {
    const inputs: unknown[] = [];
    const context = createFakeContext(world({ tasks: ready }), {
      startTicket: ticketStarter<ExecuteTicketInput>(async (input) => {
        inputs.push(input);
        if (input.taskId === taskIdOf('gemini')) throw new FoliosError('QUOTE_UNAVAILABLE', 'no price of IBM');
        return settled;
      }),
    });
    const run = await runCommand(['execute', '--ready', '--balance', '50000'], context);
    expect(inputs).toEqual(
      (['openai', 'gemini'] as const).map((provider) => ({
        ticketId: taskIdOf(provider),
        taskId: taskIdOf(provider),
        initialBalanceUsd: '50000',
      })),
    );
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/openai +7 +1 +1,234\.50 +98,765\.50 +100,000\.00 +executed/);
    expect(run.stdout).toContain('QUOTE_UNAVAILABLE: no price of IBM');
    expect(run.stderr).toContain('error QUOTE_UNAVAILABLE: 1 of 2 tickets failed: no price of IBM');
  });

  test('--dry-run executes nothing', async () => {
    const run = await runCommand(
      ['execute', '--ready', '--dry-run', '--json'],
      createFakeContext(world({ tasks: ready })),
    );
    expect(JSON.parse(run.stdout).wouldExecute).toHaveLength(2);
  });
});

describe('cancel', () => {
  const tasks = [sampleTask('openai', { state: 'awaiting_results', executedAt: null })];
  const cancelling = (reasons: string[]): Partial<Folios> => ({
    cancelJob: async (_taskId, reason) => {
      reasons.push(reason);
      return {
        state: 'failed',
        step: 'failed',
        round: 0,
        providerJobId: 'b',
        lastStatus: null,
        failure: { code: 'JOB_CANCELLED', reason },
      };
    },
  });

  test('without a terminal and without --yes it refuses and cancels nothing', async () => {
    const reasons: string[] = [];
    const run = await runCommand(
      ['cancel', taskIdOf('openai')],
      createFakeContext(world({ tasks }), cancelling(reasons)),
    );
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain('error CONFIRMATION_REQUIRED: ');
    expect(reasons).toEqual([]);
  });

  test.each([
    ['y', true],
    [' YES ', true],
    ['', false],
    ['yeah no', false],
  ])('on a terminal the answer %j decides', async (answer, cancelled) => {
    const reasons: string[] = [];
    const context = createFakeContext(world({ tasks }), cancelling(reasons));
    const run = await runCommand(['cancel', taskIdOf('openai')], context, { isTTY: true, ask: async () => answer });
    expect(run.exitCode).toBe(0);
    expect(reasons).toHaveLength(cancelled ? 1 : 0);
  });

  test('--yes cancels with the reason given', async () => {
    const reasons: string[] = [];
    const context = createFakeContext(world({ tasks }), cancelling(reasons));
    const run = await runCommand(['cancel', taskIdOf('openai'), '--yes', '--reason', 'wrong model'], context);
    expect(reasons).toEqual(['wrong model']);
    expect(run.stdout).toContain('JOB_CANCELLED: wrong model');
  });

  test('an ended task is refused before anybody is asked', async () => {
    const context = createFakeContext(world({ tasks: [sampleTask('openai')] }));
    const run = await runCommand(['cancel', taskIdOf('openai'), '--yes'], context);
    expect(run.stderr).toContain('error TASK_STATE_CONFLICT: ');
  });
});

describe('status', () => {
  test('puts what needs a person first, and says nothing of health when nothing does', async () => {
    const failed = sampleTask('gemini', {
      state: 'failed',
      failureCode: 'JOB_EXPIRED',
      failureReason: 'took 24 h',
      executedAt: null,
    });
    const troubled = createFakeContext(
      world({ tasks: [failed, sampleTask('openai', { executedAt: null })], unbalanced: ['t1'] }),
    );
    const { stdout } = await runCommand(['status'], troubled);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'Needs you',
      '  ✗ the ledger does not balance: 1 transaction (t1) → folios portfolio',
      '  ! 1 account’s last task failed (dreman-contrarian/gemini) → folios enqueue',
      '  ! 1 succeeded task without orders yet → folios execute --ready',
    ]);
    const calm = await runCommand(['status'], createFakeContext(world({ tasks: [sampleTask('openai')] })));
    expect(calm.stdout).not.toContain('Needs you');
    expect(calm.stdout).toMatch(/0198c0de +dreman-contrarian +openai +batch +executed +20 s +4 +completed/);
  });

  test('names the step that keeps a task from going on, with what to do about it', async () => {
    const tasks = [sampleTask('openai', { state: 'running', executedAt: null }), sampleTask('gemini')];
    const step = {
      step: 'openJob',
      attempts: 4,
      code: 'ARTIFACT_STORE_FULL',
      reason: 'no space left \u001b[31mon device',
    };
    const context = createFakeContext(world({ tasks }), { repeatedSteps: async () => [step] });
    const { stdout } = await runCommand(['status'], context);
    expect(stdout).toContain('! 1 task cannot go on, ARTIFACT_STORE_FULL: no space left on device → Free some space');
    expect(stdout).toMatch(/openai .* trying again: ARTIFACT_STORE_FULL/);
    expect(stdout).not.toMatch(/gemini .* trying again/);
    const one = await runCommand(['status', '--task', taskIdOf('openai')], context);
    expect(one.stdout).toContain(
      'trying again after ARTIFACT_STORE_FULL: no space left on device (openJob, 4 attempts)',
    );
    const document = await runCommand(['status', '--json'], context);
    expect(JSON.parse(document.stdout).tasks).toMatchObject([{ repeatedStep: step }, { repeatedStep: null }]);
  });

  test('does not fail where Temporal does not know a task’s workflow', async () => {
    const tasks = [sampleTask('openai', { state: 'pending', executedAt: null })];
    const unknown = createFakeContext(world({ tasks }), {
      repeatedSteps: () => Promise.reject(new Error('not found')),
    });
    expect((await runCommand(['status'], unknown)).exitCode).toBe(0);
  });

  test('a failure that a later task made good needs nobody', async () => {
    const older = sampleTask('openai', { taskId: GROUP_ID, state: 'failed', failureCode: 'JOB_FAILED' });
    const run = await runCommand(
      ['status', '--json'],
      createFakeContext(world({ tasks: [sampleTask('openai'), older] })),
    );
    expect(JSON.parse(run.stdout).health).toEqual([]);
  });
});
