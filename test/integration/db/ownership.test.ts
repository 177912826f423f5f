import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOwnership } from '../../../db/repositories/ownership.ts';
import { createUsers } from '../../../db/repositories/users.ts';
import type { Ownership } from '../../../src/ports/ownership.ts';
import type { Users } from '../../../src/ports/users.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON, openTicket } from './fixtures.ts';

describe('what belongs to whom', () => {
  let database: TestDatabase;
  let ownership: Ownership;
  let users: Users;
  beforeAll(async () => {
    database = await createTestDatabase();
    ownership = createOwnership(database.db);
    users = createUsers(database.db);
    await addUser('first');
  });
  afterAll(() => database.drop());

  async function addUser(name: string): Promise<string> {
    return (await users.add({ name, role: 'admin', passwordHash: 'x' }, NOON)).userId;
  }
  async function newAccount() {
    const { account } = await openTicket(database.db);
    const row = await database.db
      .selectFrom('portfolio_accounts')
      .select(['id', 'strategy_id'])
      .where('id', '=', account.accountId)
      .executeTakeFirstOrThrow();
    return { accountId: row.id, strategyId: row.strategy_id ?? '' };
  }

  test('is nobody’s until it is claimed, and an account of a research strategy is its strategy’s owner’s', async () => {
    const [ada, bea] = [await addUser('ada'), await addUser('bea')];
    const { accountId, strategyId } = await newAccount();
    expect([await ownership.accountIdsOf(ada), await ownership.strategyIdsOf(ada)]).toEqual([new Set(), new Set()]);
    expect(await ownership.claimStrategy(strategyId, ada)).toBe(true);
    expect(await ownership.claimStrategy(strategyId, ada)).toBe(true);
    expect(await ownership.claimStrategy(strategyId, bea)).toBe(false);
    expect(await ownership.strategyIdsOf(ada)).toEqual(new Set([strategyId]));
    expect(await ownership.accountIdsOf(ada)).toEqual(new Set([accountId]));
    expect(await ownership.claimAccount(accountId, bea)).toBe(true);
    expect(await ownership.accountIdsOf(bea)).toEqual(new Set());
  });

  test('is claimed by one of many who claim at the same moment', async () => {
    const { strategyId } = await newAccount();
    const names = ['c1', 'c2', 'c3', 'c4'];
    const ids = await Promise.all(names.map(addUser));
    const won = await Promise.all(ids.map((id) => ownership.claimStrategy(strategyId, id)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  test('is the operator’s again when its owner is removed', async () => {
    const [cyd, dan] = [await addUser('cyd'), await addUser('dan')];
    const { strategyId } = await newAccount();
    await ownership.claimStrategy(strategyId, cyd);
    await users.remove(cyd);
    expect(await ownership.strategyIdsOf(cyd)).toEqual(new Set());
    expect(await ownership.claimStrategy(strategyId, dan)).toBe(true);
  });

  test('is not found by what is no id', async () => {
    expect(await ownership.claimStrategy(randomUUID(), randomUUID())).toBe(false);
    expect(await ownership.claimAccount('nonsense', 'nonsense')).toBe(false);
    expect(await ownership.accountIdsOf("' or true --")).toEqual(new Set());
  });
});
