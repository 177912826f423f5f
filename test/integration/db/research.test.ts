import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createResearchRepository } from '../../../db/repositories/research.ts';
import type { Recommendation } from '../../../src/domain/research/recommendation.ts';
import type { ResearchRepository, TaskRecord } from '../../../src/ports/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { enqueueCommand, NOON, pendingTask, savedStrategy } from './fixtures.ts';

const LATER = new Date('2026-03-02T13:00:00.000Z');

describe('research repository', () => {
  let database: TestDatabase;
  let research: ResearchRepository;
  /** Applies an event and returns the task as it then is. */
  const moved = async (...event: Parameters<ResearchRepository['transition']>) => {
    await research.transition(...event);
    return research.findTask(event[0]);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    research = createResearchRepository(database.db);
  });
  afterAll(() => database.drop());

  const conflict = { name: 'FoliosError', code: 'TASK_STATE_CONFLICT' };

  describe('enqueue', () => {
    test('twenty parallel calls make one request and one task per provider', async () => {
      const command = enqueueCommand(await savedStrategy(database.db));
      const results = await Promise.all(Array.from({ length: 20 }, () => research.enqueue(command)));
      expect(results.flat().filter((one) => one.created)).toHaveLength(3);
      expect(new Set(results.flat().map((one) => one.taskId)).size).toBe(3);
      const { requestGroupId } = command;
      expect(await research.listTasks({ requestGroupId })).toHaveLength(3);
      const requests = await database.db
        .selectFrom('requests')
        .select('id')
        .where('request_group_id', '=', requestGroupId)
        .execute();
      expect(requests).toHaveLength(3);
    });

    test('twenty parallel runs of one strategy under different groups share the first tasks', async () => {
      const strategy = await savedStrategy(database.db);
      const results = await Promise.all(Array.from({ length: 20 }, () => research.enqueue(enqueueCommand(strategy))));
      expect(results.flat().filter((one) => one.created)).toHaveLength(3);
      expect(new Set(results.flat().map((one) => one.requestGroupId)).size).toBe(1);
    });

    test('a task records what it was made of', async () => {
      const strategy = await savedStrategy(database.db);
      const command = enqueueCommand(strategy, { providers: ['gemini', 'openai', 'gemini'] });
      const [gemini, openai, ...others] = await research.enqueue(command);
      expect(others).toEqual([]);
      expect(gemini).toMatchObject({ provider: 'gemini', mode: 'cli', model: 'gemini-2.5-flash', created: true });
      expect(await research.findTask(openai?.taskId ?? '')).toEqual({
        taskId: openai?.taskId ?? '',
        requestId: openai?.requestId ?? '',
        requestGroupId: command.requestGroupId,
        strategyId: strategy.id,
        strategySlug: strategy.document.slug,
        strategyVersion: 1,
        provider: 'openai',
        mode: 'batch',
        model: 'gpt-4.1-mini',
        state: 'pending',
        asOf: '2026-03-02',
        simulated: true,
        round: 0,
        providerJobId: null,
        providerStatus: null,
        counts: null,
        pollCount: 0,
        lastPolledAt: null,
        failureCode: null,
        failureReason: null,
        createdAt: NOON,
        submittedAt: null,
        endedAt: null,
        executedAt: null,
      } satisfies TaskRecord);
    });

    test('force makes new rows although recent ones exist, yet its own group stays idempotent', async () => {
      const strategy = await savedStrategy(database.db);
      await research.enqueue(enqueueCommand(strategy));
      const forced = enqueueCommand(strategy, { force: true });
      expect((await research.enqueue(forced)).every((one) => one.created)).toBe(true);
      expect((await research.enqueue(forced)).some((one) => one.created)).toBe(false);
    });

    test('after a failure a new run asks that provider again, and the old run keeps its failed task', async () => {
      const strategy = await savedStrategy(database.db);
      const command = enqueueCommand(strategy);
      const [openai] = await research.enqueue(command);
      await research.transition(openai?.taskId ?? '', 'fail', { at: NOON, failureCode: 'JOB_EXPIRED' });
      expect((await research.enqueue(command))[0]).toEqual({ ...openai, created: false });
      const next = await research.enqueue(enqueueCommand(strategy));
      expect(next.map((one) => one.created)).toEqual([true, false, false]);
    });

    test('a provider that the strategy does not ask, a foreign group and an unknown strategy write nothing', async () => {
      const strategy = await savedStrategy(database.db, {
        providers: [{ provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', maxOutputTokens: 4096 }],
      });
      await expect(research.enqueue(enqueueCommand(strategy))).rejects.toMatchObject({ code: 'PROVIDER_UNKNOWN' });
      expect(await research.listTasks({ strategyId: strategy.id })).toEqual([]);
      const command = enqueueCommand(strategy, { providers: ['openai'] });
      await research.enqueue(command);
      const other = await savedStrategy(database.db);
      await expect(research.enqueue({ ...command, strategy: other })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      const unknown = { ...strategy, id: randomUUID() };
      await expect(research.enqueue({ ...command, strategy: unknown })).rejects.toMatchObject({
        code: 'STRATEGY_NOT_FOUND',
      });
    });
  });

  describe('transitions', () => {
    test('a task goes its way by the table, and each time stays the first one', async () => {
      const { taskId } = await pendingTask(database.db);
      expect(await moved(taskId, 'start', { at: NOON })).toMatchObject({ state: 'running' });
      await research.transition(taskId, 'submitted', { at: NOON, providerJobId: 'batch-a' });
      const repeated = await moved(taskId, 'submitted', { at: LATER, providerJobId: 'batch-b' });
      expect(repeated).toMatchObject({ state: 'awaiting_results', submittedAt: NOON, providerJobId: 'batch-a' });
      await research.transition(taskId, 'succeed', { at: NOON });
      expect(await moved(taskId, 'succeed', { at: LATER })).toMatchObject({ endedAt: NOON });
    });

    test('a pair outside the table is a conflict and changes nothing', async () => {
      const { taskId } = await pendingTask(database.db);
      await expect(research.transition(taskId, 'succeed', { at: NOON })).rejects.toMatchObject(conflict);
      expect(await research.findTask(taskId)).toMatchObject({ state: 'pending', endedAt: null });
    });

    test('the first reason of a failure stays, whatever characters a provider put in it', async () => {
      const { taskId } = await pendingTask(database.db);
      const first = { at: NOON, failureCode: 'JOB_FAILED', failureReason: 'quota\0 exceeded' };
      expect(await moved(taskId, 'fail', first)).toMatchObject({
        state: 'failed',
        failureCode: 'JOB_FAILED',
        failureReason: 'quota\uFFFD exceeded',
        endedAt: NOON,
      });
      const second = { at: LATER, failureCode: 'INTERNAL', failureReason: 'other' };
      expect(await moved(taskId, 'fail', second)).toMatchObject({
        failureCode: 'JOB_FAILED',
        endedAt: NOON,
      });
    });

    test('asking again begins a round without a job, and a retry of it changes nothing', async () => {
      const { taskId } = await pendingTask(database.db);
      await research.transition(taskId, 'start', { at: NOON });
      await research.transition(taskId, 'submitted', { at: NOON, providerJobId: `batch-${taskId}` });
      await research.recordPoll(taskId, { at: NOON, providerStatus: 'ended', counts: null });
      const asked = await moved(taskId, 'ask_again', { at: LATER, round: 1 });
      expect(asked).toMatchObject({
        state: 'running',
        round: 1,
        providerJobId: null,
        providerStatus: null,
        pollCount: 1,
      });
      expect(await moved(taskId, 'ask_again', { at: LATER, round: 1 })).toEqual(asked);
      await expect(research.transition(taskId, 'ask_again', { at: LATER, round: 2 })).rejects.toMatchObject(conflict);
    });

    test('of two opposite ends that arrive at once exactly one wins', async () => {
      const { taskId } = await pendingTask(database.db);
      for (const event of ['start', 'submitted'] as const) await research.transition(taskId, event, { at: NOON });
      const ends = await Promise.allSettled([
        research.transition(taskId, 'succeed', { at: NOON }),
        research.transition(taskId, 'fail', { at: NOON, failureCode: 'JOB_FAILED' }),
      ]);
      expect(ends.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('an unknown task is TASK_NOT_FOUND to change and null to read, a malformed id too', async () => {
      for (const taskId of [randomUUID(), 'no-uuid']) {
        await expect(research.transition(taskId, 'start', { at: NOON })).rejects.toMatchObject({
          code: 'TASK_NOT_FOUND',
        });
        expect(await research.findTask(taskId)).toBeNull();
      }
    });
  });

  test('tasks are listed newest first by any combination of conditions', async () => {
    const strategy = await savedStrategy(database.db);
    const { id: strategyId } = strategy;
    const old = await research.enqueue(enqueueCommand(strategy, { providers: ['openai'] }));
    const young = await research.enqueue(enqueueCommand(strategy, { force: true, now: LATER }));
    const ids = async (filter: Parameters<ResearchRepository['listTasks']>[0]) =>
      (await research.listTasks({ strategyId, ...filter })).map((one) => one.taskId);
    expect((await ids({})).at(-1)).toBe(old[0]?.taskId);
    expect(await ids({ provider: 'openai' })).toEqual([young[0]?.taskId, old[0]?.taskId]);
    expect(await ids({ provider: 'openai', limit: 1 })).toEqual([young[0]?.taskId]);
    expect(await ids({ states: ['running', 'failed'] })).toEqual([]);
    expect(await ids({ states: [] })).toEqual([]);
    const taskId = old[0]?.taskId ?? '';
    for (const event of ['start', 'submitted', 'succeed'] as const)
      await research.transition(taskId, event, { at: NOON });
    expect(await ids({ ready: true })).toEqual([taskId]);
    expect(await ids({ states: ['succeeded', 'pending'] })).toHaveLength(4);
  });

  describe('submission intents', () => {
    const payload = { uri: 'artifacts/a', sha256: 'a'.repeat(64), bytes: 10, mediaType: 'application/jsonl' };
    const intentOf = (taskId: string, round = 0) => ({
      taskId,
      round,
      key: `key-${taskId.replaceAll('-', '')}-${round}`,
      itemCount: 1,
      payload,
      model: 'gpt-4.1-mini',
      intendedAt: NOON,
    });

    test('the first intent of a round stays, also among parallel ones, and attempts are counted', async () => {
      const { taskId } = await pendingTask(database.db);
      const commits = Array.from({ length: 10 }, (_, index) =>
        research.commitIntent({ ...intentOf(taskId), intendedAt: new Date(NOON.getTime() + index) }, 'start'),
      );
      const all = await Promise.all(commits);
      expect(new Set(all.map((one) => one.intendedAt.getTime())).size).toBe(1);
      expect(all[0]).toMatchObject({ payload, attempts: 0, attemptedAt: null, providerJobId: null });
      await research.markAttempt(taskId, 0, NOON);
      expect(await research.markAttempt(taskId, 0, LATER)).toMatchObject({ attempts: 2, attemptedAt: LATER });
      expect(await research.findIntent(taskId, 1)).toBeNull();
      const task = await research.findTask(taskId);
      const intent = await research.findIntent(taskId, 0);
      expect(await research.findRound(taskId, 0)).toEqual({ task, intent });
      expect(await research.findRound(taskId, 1)).toEqual({ task, intent: null });
      expect(await research.findRound(randomUUID(), 0)).toBeNull();
      await expect(research.markAttempt(taskId, 1, NOON)).rejects.toMatchObject(conflict);
    });

    test('a batch belongs to one task: nobody else can claim it, and a second batch of one intent is refused', async () => {
      const [mine, other] = [await pendingTask(database.db), await pendingTask(database.db)];
      for (const { taskId } of [mine, other]) await research.commitIntent(intentOf(taskId), 'start');
      const jobId = `batch-${mine.taskId}`;
      await research.recordSubmission(mine.taskId, 0, jobId, NOON);
      await research.recordSubmission(mine.taskId, 0, jobId, NOON);
      expect(await research.findTask(mine.taskId)).toMatchObject({ providerJobId: jobId });
      expect(await research.isClaimed('openai', jobId, other.taskId)).toBe(true);
      expect(await research.isClaimed('openai', jobId, mine.taskId)).toBe(false);
      expect(await research.isClaimed('anthropic', jobId, other.taskId)).toBe(false);
      await expect(research.recordSubmission(other.taskId, 0, jobId, NOON)).rejects.toMatchObject(conflict);
      expect(await research.findIntent(other.taskId, 0)).toMatchObject({ providerJobId: null });
      await expect(research.recordSubmission(mine.taskId, 0, 'batch-second', NOON)).rejects.toMatchObject(conflict);
    });

    test('a claim outlives the round in which it was made', async () => {
      const { taskId } = await pendingTask(database.db);
      await research.commitIntent(intentOf(taskId), 'start');
      await research.recordSubmission(taskId, 0, `first-${taskId}`, NOON);
      await research.commitIntent(intentOf(taskId, 1), 'ask_again');
      await research.recordSubmission(taskId, 1, `second-${taskId}`, NOON);
      expect(await research.findTask(taskId)).toMatchObject({ providerJobId: `second-${taskId}` });
      expect(await research.isClaimed('openai', `first-${taskId}`, randomUUID())).toBe(true);
    });

    test('a job of an earlier question, or of a task that was ended meanwhile, is known of and moves nothing', async () => {
      const [moved, ended] = [await pendingTask(database.db), await pendingTask(database.db)];
      for (const { taskId } of [moved, ended]) await research.commitIntent(intentOf(taskId), 'start');
      await research.transition(moved.taskId, 'submitted', { at: NOON });
      await research.commitIntent(intentOf(moved.taskId, 1), 'ask_again');
      await research.transition(ended.taskId, 'fail', { at: NOON, failureCode: 'JOB_CANCELLED' });
      for (const { taskId } of [moved, ended]) {
        const before = await research.findTask(taskId);
        await research.recordSubmission(taskId, 0, `late-${taskId}`, LATER);
        expect(await research.findTask(taskId)).toEqual(before);
        expect(await research.findIntent(taskId, 0)).toMatchObject({ providerJobId: `late-${taskId}` });
      }
    });

    test('direct answers may be alike in two tasks, and a repeated call keeps the first answer', async () => {
      const tasks = [await pendingTask(database.db, 'anthropic'), await pendingTask(database.db, 'anthropic')];
      for (const { taskId } of tasks) {
        await research.commitIntent(intentOf(taskId), 'start');
        await research.recordSubmission(taskId, 0, 'answer-same', NOON);
        await research.recordSubmission(taskId, 0, 'answer-of-a-repeated-call', NOON);
        expect(await research.findTask(taskId)).toMatchObject({ providerJobId: 'answer-same' });
      }
    });
  });

  test('a poll is counted and its findings kept; the history keeps the last hundred, oldest first', async () => {
    const { taskId } = await pendingTask(database.db);
    for (let second = 1; second <= 103; second += 1) {
      const counts = { total: 1, completed: second === 103 ? 1 : 0, failed: 0 };
      await research.recordPoll(taskId, {
        at: new Date(NOON.getTime() + second * 1000),
        providerStatus: `s${second}`,
        counts,
      });
    }
    const polls = await research.listPolls(taskId);
    expect(polls.map((one) => one.providerStatus)).toEqual(Array.from({ length: 100 }, (_, index) => `s${index + 4}`));
    expect(await research.findTask(taskId)).toMatchObject({
      pollCount: 103,
      providerStatus: 's103',
      counts: { total: 1, completed: 1, failed: 0 },
      lastPolledAt: polls.at(-1)?.at,
    });
    const poll = { at: NOON, providerStatus: 'x', counts: null };
    await expect(research.recordPoll(randomUUID(), poll)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
  });

  test('artifacts keep every content of a name, the newest last, and none twice in a row', async () => {
    const { taskId, requestId } = await pendingTask(database.db);
    const artifact = (letter: string) => ({
      taskId,
      requestId,
      name: 'parsed.json',
      uri: 'artifacts/r/t/parsed.json',
      sha256: letter.repeat(64),
      bytes: 10_000_000_000,
      mediaType: 'application/json',
    });
    for (const letter of ['a', 'a', 'b', 'a']) await research.recordArtifacts([artifact(letter)]);
    expect(await research.listArtifacts(taskId)).toEqual([artifact('a'), artifact('b'), artifact('a')]);
    const more = [artifact('a'), ...['y', 'x'].map((name) => ({ ...artifact('c'), name }))];
    await research.recordArtifacts(more);
    expect((await research.listArtifacts(taskId)).slice(3)).toEqual(more.slice(1));
    const foreign = { ...artifact('a'), taskId: randomUUID() };
    await expect(research.recordArtifacts([foreign])).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' });
  });

  test('recommendations end their task, are replaced as a whole, exact to the last digit and in their order', async () => {
    const { taskId } = await pendingTask(database.db);
    const recommendation = {
      ticker: 'KO',
      action: 'BUY' as const,
      entryPrice: '60.123456789',
      targetPrice: '75',
      stopLoss: '0.1',
      allocationPercent: '33.333333333333333333',
      rationale: "cheap'); drop table recommendations; --",
    };
    await expect(research.saveRecommendations(taskId, [recommendation], NOON)).rejects.toMatchObject(conflict);
    expect(await research.listRecommendations(taskId)).toEqual([]);
    await research.transition(taskId, 'start', { at: NOON });
    await research.transition(taskId, 'submitted', { at: NOON });
    const save = (all: readonly Recommendation[]) => research.saveRecommendations(taskId, all, NOON);
    await save([{ ...recommendation, ticker: 'PG' }]);
    await save([recommendation, { ...recommendation, ticker: 'IBM', action: 'HOLD' }]);
    expect(await research.findTask(taskId)).toMatchObject({ state: 'succeeded', endedAt: NOON });
    expect(await research.listRecommendations(taskId)).toEqual([
      recommendation,
      { ...recommendation, ticker: 'IBM', action: 'HOLD' },
    ]);
    await save([]);
    expect(await research.listRecommendations(taskId)).toEqual([]);
  });
});
