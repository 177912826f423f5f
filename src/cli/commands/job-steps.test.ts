import { describe, expect, test } from '@jest/globals';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { GROUP_ID, sampleStrategy, sampleTask, taskIdOf } from '../testing/sample-data.ts';

function world(change: Partial<FakeWorld> = {}): FakeWorld {
  return { ...emptyWorld(), strategies: [sampleStrategy()], ...change };
}

describe('submit, poll and harvest', () => {
  const pending = () =>
    (['openai', 'gemini', 'anthropic'] as const).map((one) => sampleTask(one, { state: 'pending' }));
  const view = {
    state: 'awaiting_results',
    step: 'held: waiting for `poll`',
    round: 0,
    providerJobId: 'b',
    lastStatus: null,
    failure: null,
  } as const;

  test('a task that refuses or fails does not stop the others, and makes the exit code 1', async () => {
    const context = createFakeContext(world({ tasks: pending() }), {
      submitJob: async (taskId) => {
        if (taskId === taskIdOf('gemini')) {
          const cause = Object.assign(new Error('the task is running; submit is not possible now'), {
            type: 'TASK_STATE_CONFLICT',
          });
          throw new Error('Workflow Update failed', { cause });
        }
        if (taskId === taskIdOf('anthropic')) {
          return { ...view, state: 'failed', failure: { code: 'PROVIDER_REJECTED', reason: 'no such model' } };
        }
        return view;
      },
    });
    const run = await runCommand(['submit', '--json'], context);
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout).results).toMatchObject([
      { provider: 'openai', result: 'done', state: 'awaiting_results', code: null },
      { provider: 'gemini', result: 'rejected', state: 'pending', code: 'TASK_STATE_CONFLICT' },
      { provider: 'anthropic', result: 'failed', state: 'failed', code: 'PROVIDER_REJECTED' },
    ]);
    expect(JSON.parse(run.stderr).error.message).toContain('submit did not succeed for 2 of 3 tasks');
  });

  test('without names only tasks in a fitting state are stepped', async () => {
    const polled: string[] = [];
    const tasks = [sampleTask('openai', { state: 'awaiting_results' }), sampleTask('gemini', { state: 'succeeded' })];
    const context = createFakeContext(world({ tasks }), {
      pollJob: async (taskId) => {
        polled.push(taskId);
        return { state: 'working', providerStatus: 'in_progress', counts: null, reason: null, pollCount: 2 };
      },
    });
    const run = await runCommand(['poll'], context);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(polled).toEqual([taskIdOf('openai')]);
    expect(run.stdout).toContain('in_progress');
  });

  test('a job that the provider ended badly is not a success', async () => {
    const context = createFakeContext(world({ tasks: [sampleTask('openai', { state: 'awaiting_results' })] }), {
      pollJob: async () => ({ state: 'expired', providerStatus: 'expired', counts: null, reason: null, pollCount: 9 }),
    });
    expect((await runCommand(['poll'], context)).exitCode).toBe(1);
  });

  test('a named task is reached by the first characters of its id, whatever its state', async () => {
    const harvested: string[] = [];
    const context = createFakeContext(world({ tasks: pending() }), {
      harvestJob: async (taskId) => {
        harvested.push(taskId);
        return { ...view, state: 'succeeded' };
      },
    });
    await runCommand(['harvest', '--task', '0198C0DE-2', '0198c0de-2222'], context);
    expect(harvested).toEqual([taskIdOf('gemini')]);
  });

  test.each([
    ['0198c0de', 'INPUT_INVALID', "3 tasks' ids begin with 0198c0de; say more of it"],
    ['0198c0', 'INPUT_INVALID', 'is not a task id'],
    ['ffffffff', 'TASK_NOT_FOUND', "no task's id begins with ffffffff"],
    [GROUP_ID, 'TASK_NOT_FOUND', 'no task has the id'],
  ])('the reference %s is refused', async (reference, code, message) => {
    const run = await runCommand(['submit', '--task', reference], createFakeContext(world({ tasks: pending() })));
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.stderr).toContain(message);
  });
});
