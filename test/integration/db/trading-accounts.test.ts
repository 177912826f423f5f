import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createTradingAccounts } from '../../../db/repositories/trading-accounts.ts';
import { researchStrategySchema } from '../../../src/contracts/schemas/strategy.ts';
import { DEFAULT_RISK_LIMITS } from '../../../src/domain/orders/risk-limits.ts';
import type { TradingAccounts } from '../../../src/ports/trading-accounts.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { MARKET_DATE, NOON, openTicket, savedStrategy } from './fixtures.ts';
import { openPaperAccount } from './order-fixtures.ts';

describe('trading accounts', () => {
  let database: TestDatabase;
  let accounts: TradingAccounts;
  beforeAll(async () => {
    database = await createTestDatabase();
    accounts = createTradingAccounts(database.db);
  });
  afterAll(() => database.drop());

  const paper = (name: string) =>
    ({ name, broker: 'paper', priceSource: 'replay', initialBalanceUsd: '25000', openedOn: MARKET_DATE }) as const;
  const ibkr = (name: string, brokerAccount: string) => ({ ...paper(name), broker: 'ibkr', brokerAccount }) as const;

  test('twenty who open one account at once find the same one, with one deposit', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => accounts.open(paper('desk'), NOON)));
    const [first] = opened;
    expect(opened).toEqual(Array(20).fill(first));
    expect(first).toEqual({
      ...{ accountId: first?.accountId, brokerAccount: first?.accountId, strategyId: null, createdAt: NOON },
      ...{ actionsAppliedTo: MARKET_DATE, gateway: null },
      ...{ ...paper('desk'), limits: DEFAULT_RISK_LIMITS },
    });
    const balances = await createPortfolioRepository(database.db).balances(first?.accountId ?? '');
    expect(Object.fromEntries(balances)).toEqual({ cash: '25000', capital: '-25000' });
    expect(await accounts.find('desk')).toEqual(first);
    expect(await accounts.find(first?.accountId ?? '')).toEqual(first);
    expect(await accounts.list()).toContainEqual(first);
  });

  test('keep the limits that differ from the defaults', async () => {
    const limits = { maxPositions: 3, maxOrderNotionalUsd: '5000', isMarketHoursOnly: false };
    const opened = await accounts.open({ ...paper('careful'), limits }, NOON);
    expect(opened.limits).toEqual({ ...DEFAULT_RISK_LIMITS, ...limits });
  });

  test.each(researchStrategySchema.shape.priceSource.unwrap().options)(
    'may have prices from %s',
    async (priceSource) => {
      const opened = await accounts.open({ ...paper(`from-${priceSource}`), priceSource }, NOON);
      expect(opened.priceSource).toBe(priceSource);
    },
  );

  test('have one name and one number at their broker', async () => {
    const real = await accounts.open(ibkr('real', 'DU1'), NOON);
    expect(real).toMatchObject({ broker: 'ibkr', brokerAccount: 'DU1' });
    expect(await accounts.open(ibkr('real', 'DU1'), NOON)).toEqual(real);
    for (const other of [ibkr('real', 'DU2'), ibkr('second', 'DU1'), paper('real')]) {
      await expect(accounts.open(other, NOON)).rejects.toMatchObject({ code: 'TICKET_CONFLICT' });
    }
    expect(await accounts.find('second')).toBeNull();
  });

  test.each([
    ['an empty name', paper(' ')],
    ['a name that looks like an id', paper(randomUUID())],
    ['a number of a paper account', { ...paper('p'), brokerAccount: 'DU9' }],
    ['a real account without a number', { ...paper('r'), broker: 'ibkr' as const }],
    ['a negative balance', { ...paper('n'), initialBalanceUsd: '-1' }],
  ])('are not opened with %s', async (_what, account) => {
    await expect(accounts.open(account, NOON)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('of research runs are among them, named by strategy and provider; others are none of theirs', async () => {
    const { account } = await openTicket(database.db);
    const name = `${account.strategySlug}/${account.provider}`;
    expect(await accounts.find(name)).toMatchObject({
      ...{ accountId: account.accountId, name, broker: 'paper', brokerAccount: account.accountId },
      strategyId: account.strategyId,
    });
    const portfolio = createPortfolioRepository(database.db);
    expect((await portfolio.listAccounts()).map((one) => one.accountId)).toEqual([account.accountId]);
    const { accountId } = await openPaperAccount(database.db);
    expect(await portfolio.findAccount(accountId)).toBeNull();
  });

  test('keep their names from research runs that come later', async () => {
    const strategy = await savedStrategy(database.db);
    await accounts.open(paper(`${strategy.document.slug}/openai`), NOON);
    const wanted = {
      strategyId: strategy.id,
      provider: 'openai',
      priceSource: 'replay',
      openedOn: MARKET_DATE,
    } as const;
    const opening = createPortfolioRepository(database.db).openAccount({ ...wanted, initialBalanceUsd: '1' }, NOON);
    await expect(opening).rejects.toMatchObject({ code: 'TICKET_CONFLICT' });
  });

  test('an account that nobody knows is null', async () => {
    for (const unknown of ['nobody', randomUUID(), '', '\0']) expect(await accounts.find(unknown)).toBeNull();
  });
});
