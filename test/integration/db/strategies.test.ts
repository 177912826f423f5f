import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createResearchRepository } from '../../../db/repositories/research.ts';
import { createStrategyRepository } from '../../../db/repositories/strategies.ts';
import type { ResearchRepository, StrategyRepository } from '../../../src/ports/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { DAY_MS, enqueueCommand, NOON, strategyDocument } from './fixtures.ts';

describe('strategy repository', () => {
  let database: TestDatabase;
  let strategies: StrategyRepository;
  let research: ResearchRepository;
  beforeAll(async () => {
    database = await createTestDatabase();
    strategies = createStrategyRepository(database.db);
    research = createResearchRepository(database.db);
  });
  afterAll(() => database.drop());

  test('saving the same content again, its keys in any order, makes no new version', async () => {
    const document = strategyDocument();
    const first = await strategies.save(document);
    expect(first).toMatchObject({ created: true, record: { version: 1, document, active: true } });
    const reordered = Object.fromEntries(Object.entries(document).reverse()) as typeof document;
    expect(await strategies.save(reordered)).toEqual({ created: false, record: first.record });
  });

  test('changed content is the next version, and the older one stays to be found', async () => {
    const document = strategyDocument();
    const { record: first } = await strategies.save(document);
    const { record: second } = await strategies.save({ ...document, name: 'Better' });
    expect(second).toMatchObject({ id: first.id, version: 2 });
    expect(await strategies.find(document.slug)).toEqual(second);
    expect(await strategies.find(first.id, 1)).toEqual(first);
    expect(await strategies.find(first.id, 3)).toBeNull();
    for (const { version, document: its } of [first, second, first]) {
      expect(await strategies.document(first.id, version)).toEqual(its);
    }
    await expect(strategies.document(first.id, 3)).rejects.toMatchObject({ code: 'STRATEGY_NOT_FOUND' });
    const listed = (await strategies.list()).filter((one) => one.id === first.id);
    expect(listed).toEqual([second]);
  });

  test('twenty who save at the same moment make one version', async () => {
    const document = strategyDocument();
    const saved = await Promise.all(Array.from({ length: 20 }, () => strategies.save(document)));
    expect(saved.filter((one) => one.created)).toHaveLength(1);
    expect(new Set(saved.map((one) => one.record.version))).toEqual(new Set([1]));
  });

  test('what a person switched stays over new versions, until the author changes the document itself', async () => {
    const document = strategyDocument({ active: false });
    await strategies.save(document);
    expect(await strategies.setActive(document.slug, true)).toMatchObject({ active: true });
    expect((await strategies.save({ ...document, name: 'Two' })).record.active).toBe(true);
    await strategies.setActive(document.slug, false);
    expect((await strategies.save({ ...document, name: 'Three', active: true })).record.active).toBe(true);
    expect(await strategies.setActive('no-such-strategy', true)).toBeNull();
    expect(await strategies.find(randomUUID())).toBeNull();
  });

  test('text that PostgreSQL cannot store is replaced, not refused', async () => {
    const { record } = await strategies.save(
      strategyDocument({ method: 'NUL \0 and half a pair \ud800 are both replaced' }),
    );
    expect(record.document.method).toBe('NUL \uFFFD and half a pair \uFFFD are both replaced');
  });

  describe('stale listing', () => {
    const stale = async (slug: string, now: Date) => (await strategies.listStale(now)).find((one) => one.slug === slug);

    test('a strategy is stale by provider: never asked, too long ago, or failed; inactive ones are not listed', async () => {
      const { record } = await strategies.save(strategyDocument());
      const { slug } = record.document;
      const all = ['openai', 'gemini', 'anthropic'];
      expect(await stale(slug, NOON)).toMatchObject({
        providers: all,
        lastSubmittedAt: null,
        version: 1,
        staleAfterDays: 7,
      });
      const [openai] = await research.enqueue(enqueueCommand(record, { providers: ['openai', 'gemini'] }));
      expect(await stale(slug, NOON)).toMatchObject({ providers: ['anthropic'], lastSubmittedAt: NOON });
      const taskId = openai?.taskId ?? '';
      await research.transition(taskId, 'fail', { at: NOON, failureCode: 'JOB_FAILED', failureReason: 'no' });
      expect(await stale(slug, NOON)).toMatchObject({ providers: ['openai', 'anthropic'] });
      await strategies.setActive(slug, false);
      expect(await stale(slug, NOON)).toBeUndefined();
    });

    test('the cadence ends to the millisecond, and enqueue agrees with the listing', async () => {
      const { record } = await strategies.save(strategyDocument());
      const { slug } = record.document;
      const first = await research.enqueue(enqueueCommand(record));
      const lastFresh = new Date(NOON.getTime() + 7 * DAY_MS - 1);
      expect(await stale(slug, lastFresh)).toBeUndefined();
      const again = await research.enqueue(enqueueCommand(record, { now: lastFresh }));
      expect(again).toEqual(first.map((one) => ({ ...one, created: false })));
      const due = new Date(NOON.getTime() + 7 * DAY_MS);
      expect((await stale(slug, due))?.providers).toHaveLength(3);
      const next = await research.enqueue(enqueueCommand(record, { now: due }));
      expect(next.every((one) => one.created)).toBe(true);
    });
  });
});
