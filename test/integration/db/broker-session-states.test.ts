import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createBrokerSessionStates } from '../../../db/repositories/broker-session-states.ts';
import { createTradingAccounts } from '../../../db/repositories/trading-accounts.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { MARKET_DATE, NOON } from './fixtures.ts';

const later = (seconds: number) => new Date(NOON.getTime() + seconds * 1000);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a session is as old as its state under its holder, and renewing it changes only when it was heard of last', async () => {
  const gateway = { host: 'gateway.example', port: 4001, clientId: 7 };
  const accounts = createTradingAccounts(database.db);
  const opening = { broker: 'ibkr', priceSource: 'replay', initialBalanceUsd: '0', openedOn: MARKET_DATE } as const;
  const account = await accounts.open({ ...opening, name: 'own', brokerAccount: 'DU1', gateway }, NOON);
  expect(account.gateway).toEqual(gateway);
  const { accountId } = account;
  const states = createBrokerSessionStates(database.db);
  const one = { accountId, state: 'connecting', holder: 'here:1', gateway } as const;
  const heard = async () => (await states.list()).map(({ state, since, renewedAt }) => ({ state, since, renewedAt }));

  await states.tell(one, later(0));
  await states.tell({ ...one, state: 'ready' }, later(1));
  await states.tell({ ...one, state: 'ready' }, later(16));
  expect(await heard()).toEqual([{ state: 'ready', since: later(1), renewedAt: later(16) }]);
  await states.tell({ ...one, state: 'ready', holder: 'there:2' }, later(20));
  expect(await heard()).toEqual([{ state: 'ready', since: later(20), renewedAt: later(20) }]);
  expect((await states.list())[0]?.gateway).toEqual(gateway);
});

test('a paper account has no gateway', async () => {
  const insert = database.db.insertInto('portfolio_accounts').values({
    ...{ id: '0198acc0-0000-7000-8000-00000000aaaa', name: 'paper', broker: 'paper', broker_account: 'p' },
    ...{ price_source: 'replay', initial_balance_usd: '0', opened_on: MARKET_DATE, created_at: NOON },
    gateway: JSON.stringify({ host: 'h', port: 1, clientId: 1 }),
  });
  await expect(insert.execute()).rejects.toThrow(/gateway_of_broker/);
});
