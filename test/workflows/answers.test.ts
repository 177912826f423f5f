import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProviderMode } from '../../src/domain/research/provider.ts';
import type { Fault, ItemOutcome } from '../../src/emulators/control/faults.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, readTaskFile, runIds, runToEnd, saveStrategy } from '../factories/research-runs.ts';

let harness: ResearchHarness;
let plain: Awaited<ReturnType<typeof ask>>;
beforeAll(async () => {
  harness = await startResearchHarness({ latencyMs: 0, directLatencyMs: 0 });
  plain = await ask('batch', null);
}, 60_000);
afterAll(() => harness?.close());

/** One run of one provider in a portfolio of its own, in which the fault hits the first `times` answers. */
async function ask(mode: Exclude<ProviderMode, 'cli'>, fault: ItemOutcome | null, times = 1) {
  const { services, emulators } = harness;
  // Direct calls carry no key of ours; the strategy's name stands in every prompt.
  const name = `Dreman ${runIds().requestGroupId}`;
  const strategyId = await saveStrategy(services, { name, providers: allIn(mode) });
  const ids = runIds();
  const taskId = ids.taskId('openai');
  const armed: Fault[] = fault ? [{ on: 'outcome', fault, times, match: name }] : [];
  for (const one of armed) await emulators.arm('openai', one);
  const outcomes = await runToEnd(harness, strategyId, ids, { providers: ['openai'] });
  const task = await services.research.findTask(taskId);
  if (!task) throw new Error('the run made no task');
  const recommendations = await services.research.listRecommendations(taskId);
  const orders = await services.portfolio.listOrders({ ticketId: taskId });
  return { ids, name, taskId, task, outcome: outcomes.openai, recommendations, orders };
}

const withoutWords = (all: Awaited<ReturnType<typeof ask>>['recommendations']) =>
  all.map(({ rationale: _rationale, ...numbers }) => numbers);
const wanted = (all: Awaited<ReturnType<typeof ask>>['orders']) =>
  all.map(({ ticker, side, quantity, state }) => ({ ticker, side, quantity, state }));

describe('an answer', () => {
  test.concurrent.each(['fenced', 'prose', 'string_numbers'] as const)(
    'that is %s is read like a plain one',
    async (fault) => {
      const other = await ask('batch', fault);
      expect(other.outcome).toMatchObject({ state: 'executed', failure: null });
      expect(other.task.round).toBe(0);
      expect(other.recommendations).toEqual(plain.recommendations);
      expect(wanted(other.orders)).toEqual(wanted(plain.orders));
    },
  );

  test.concurrent('with a prompt injection changes nothing but its own rationale, which is stored cleaned', async () => {
    const hostile = await ask('batch', 'prompt_injection');
    expect(hostile.outcome).toMatchObject({ state: 'executed', failure: null });
    expect(withoutWords(hostile.recommendations)).toEqual(withoutWords(plain.recommendations));
    expect(wanted(hostile.orders)).toEqual(wanted(plain.orders));
    const rationale = hostile.recommendations.find((one) => one.rationale.includes('SYSTEM: ignore'))?.rationale ?? '';
    expect(rationale).toContain('DROP TABLE orders');
    expect(rationale).not.toMatch(/[\p{Cc}\p{Cf}]|\[2J|\[31m/u);
    expect((await readTaskFile(harness.services, hostile.taskId, 'answer.txt')).includes('\\u001b[2J')).toBe(true);
  });
});

describe.each(['batch', 'direct'] as const)('a malformed answer in %s mode', (mode) => {
  test('is asked for again once, with what was wrong, under another key', async () => {
    const { ids, task, taskId, outcome, name } = await ask(mode, 'malformed');
    expect(outcome).toMatchObject({ state: 'executed', failure: null });
    expect(task).toMatchObject({ state: 'succeeded', round: 1 });
    const prompt = await readTaskFile(harness.services, taskId, 'prompt.txt');
    expect(prompt).toContain('Your previous answer was not valid');
    expect(prompt).toContain('- the JSON object at character 1 breaks at character');
    expect(prompt).toContain('> {"recommendations": [{ticker:');

    const { batches, directCalls } = await harness.emulators.state('openai');
    const jobs = batches.filter((one) => one.customIds.some((id) => id.startsWith(ids.everyRound('openai'))));
    const calls = directCalls.filter((one) => one.frame?.method === name);
    expect(jobs.map((one) => one.customIds)).toEqual(
      mode === 'batch' ? [[`${ids.key('openai', 0)}-0`], [`${ids.key('openai', 1)}-0`]] : [],
    );
    expect(calls).toHaveLength(mode === 'direct' ? 2 : 0);
    const usage = await harness.services.usage.listByTask(taskId);
    expect(usage.map((one) => one.state)).toEqual(['answered', 'answered']);
  });

  test('that is malformed again fails the task and is kept as it came', async () => {
    const { task, taskId, outcome, recommendations } = await ask(mode, 'malformed', 2);
    expect(task).toMatchObject({ state: 'failed', round: 1, failureCode: 'ANSWER_MALFORMED' });
    expect(outcome.failure?.reason).toMatch(/^the answer was malformed twice: the JSON object at character 1 breaks/);
    expect(recommendations).toEqual([]);
    expect(await readTaskFile(harness.services, taskId, 'answer.txt')).toMatch(/^\{"recommendations": \[\{ticker:/);
    const raw = mode === 'batch' ? 'openai_batch_results.jsonl' : 'response.json';
    expect(await readTaskFile(harness.services, taskId, raw)).toContain('recommendations');
  });
});

describe('an answer that breaks the rules', () => {
  test.concurrent.each([
    ['unknown_ticker', [/recommendations\[\d+\]\.ticker: "ZZZZ" is not in the universe/]],
    ['bad_stop', [/\.stop_loss: must be below the entry price/, /\.target_price: must be above the entry price/]],
    ['over_allocated', [/recommendations: allocation_percent sums to \d+; all together at most 100/]],
    ['truncated', [/is never closed: the answer was cut off/]],
  ] as const)(
    '(%s) is refused with every problem named, first to the provider, then to us',
    async (fault, problems) => {
      const once = await ask('batch', fault);
      expect(once.task).toMatchObject({ state: 'succeeded', round: 1 });
      const prompt = await readTaskFile(harness.services, once.taskId, 'prompt.txt');
      const twice = await ask('batch', fault, 2);
      expect(twice.task).toMatchObject({ state: 'failed', failureCode: 'ANSWER_MALFORMED' });
      expect(twice.recommendations).toEqual([]);
      expect(twice.orders).toEqual([]);
      for (const problem of problems) {
        expect(prompt).toMatch(problem);
        expect(twice.task.failureReason).toMatch(problem);
      }
    },
  );

  test.each(['batch', 'direct'] as const)(
    'by its size of 10 MB is refused in %s mode and leaves nothing half done',
    async (mode) => {
      const { task, taskId, outcome, recommendations, orders, name, ids } = await ask(mode, 'huge');
      expect(task).toMatchObject({ state: 'failed', round: 0, failureCode: 'ANSWER_TOO_LARGE' });
      expect(outcome.failure?.reason).toMatch(/bytes; folios accepts 2097152|larger than \d+ bytes/);
      expect(recommendations).toEqual([]);
      expect(orders).toEqual([]);
      const accounts = await harness.services.portfolio.listAccounts();
      expect(accounts.filter((one) => one.strategyId === task.strategyId)).toEqual([]);
      const files = (await harness.services.research.listArtifacts(taskId)).map((one) => one.name);
      expect(files).not.toContain('answer.txt');
      const { batches, directCalls } = await harness.emulators.state('openai');
      const jobs = batches.filter((one) => one.customIds.some((id) => id.startsWith(ids.everyRound('openai'))));
      const calls = directCalls.filter((one) => one.frame?.method === name);
      expect(jobs.length + calls.length).toBe(1);
    },
  );
});
