import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTradingSwitch } from '../../../db/repositories/trading-switch.ts';
import type { TradingModeChange, TradingSwitch } from '../../../src/ports/trading-switch.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { NOON, openTicket } from './fixtures.ts';

describe('the kill switch', () => {
  let database: TestDatabase;
  let tradingSwitch: TradingSwitch;
  beforeAll(async () => {
    database = await createTestDatabase();
    tradingSwitch = createTradingSwitch(database.db);
  });
  afterAll(() => database.drop());

  const turn = (accountId: string | null, mode: TradingModeChange['mode'], reason = 'because'): TradingModeChange => ({
    accountId,
    mode,
    reason,
    by: 'ada',
    at: NOON,
  });

  test('is off until somebody turns it, and what holds is the stricter of an account’s own and that of all', async () => {
    const [{ account: mine }, { account: other }] = [await openTicket(database.db), await openTicket(database.db)];
    expect(await tradingSwitch.restrictionOf(mine.accountId)).toBeNull();
    await tradingSwitch.set(turn(mine.accountId, 'reduce_only'));
    expect(await tradingSwitch.restrictionOf(mine.accountId)).toEqual(turn(mine.accountId, 'reduce_only'));
    expect(await tradingSwitch.restrictionOf(other.accountId)).toBeNull();
    await tradingSwitch.set(turn(null, 'paused', 'fire drill'));
    for (const { accountId } of [mine, other]) {
      expect(await tradingSwitch.restrictionOf(accountId)).toEqual(turn(null, 'paused', 'fire drill'));
    }
    expect((await tradingSwitch.listRestrictions()).map((one) => one.accountId)).toEqual([null, mine.accountId]);
    await tradingSwitch.set(turn(null, 'normal'));
    expect(await tradingSwitch.listRestrictions()).toEqual([turn(mine.accountId, 'reduce_only')]);
    await tradingSwitch.set(turn(mine.accountId, 'normal'));
    expect(await tradingSwitch.listRestrictions()).toEqual([]);
  });

  test('knows no account that does not exist', async () => {
    for (const accountId of [randomUUID(), 'nonsense']) {
      await expect(tradingSwitch.set(turn(accountId, 'paused'))).rejects.toMatchObject({ code: 'TICKET_CONFLICT' });
    }
  });
});
