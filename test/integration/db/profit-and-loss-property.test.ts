import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCorporateActionBooks } from '../../../db/repositories/corporate-actions.ts';
import { readBalances } from '../../../db/repositories/ledger.ts';
import { createOrderJournal } from '../../../db/repositories/order-journal.ts';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createProfitAndLossBooks } from '../../../db/repositories/profit-and-loss.ts';
import { createTradingAccounts } from '../../../db/repositories/trading-accounts.ts';
import { createFakeContext, emptyWorld } from '../../../src/cli/testing/fake-context.ts';
import { runCommand } from '../../../src/cli/testing/run-command.ts';
import type { CorporateAction } from '../../../src/domain/accounting/corporate-actions.ts';
import { addDays } from '../../../src/domain/market/market-date.ts';
import { dec } from '../../../src/domain/money/decimal.ts';
import type { TradingAccount } from '../../../src/ports/trading-accounts.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import { MARKET_DATE, NOON } from './fixtures.ts';
import { commissionOf, KO, openPaperAccount, optionOn, trade } from './order-fixtures.ts';
import { expectProfitAndLoss } from './profit-and-loss-fixtures.ts';

const cents = fc.integer({ min: 1, max: 9999 }).map((amount) => dec(amount).dividedBy(100).toFixed());
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('trade' as const),
        side: fc.constantFrom('BUY' as const, 'SELL' as const),
        instrument: fc.constantFrom(KO, KO, optionOn('60')),
        units: fc.integer({ min: 1, max: 9 }),
        price: cents,
        isChargedAtOnce: fc.boolean(),
        commission: cents,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('split' as const),
        to: fc.integer({ min: 1, max: 4 }),
        from: fc.integer({ min: 1, max: 4 }),
        price: cents,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('dividend' as const), price: cents }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark' as const), price: cents }) },
  ),
  { minLength: 1, maxLength: 14 },
);
type Step = (typeof steps extends fc.Arbitrary<infer S> ? S : never)[number];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Does one step to an account's books on the market's day; the commission that is still to be told, if there is one. */
async function take(step: Step, accountId: string, day: string): Promise<(() => Promise<unknown>) | null> {
  const journal = createOrderJournal(database.db);
  if (step.kind === 'trade') {
    const facts = [step.side, String(step.units), step.price] as const;
    const { execId } = await trade(journal, accountId, facts, step.instrument);
    const charge = () => journal.record(accountId, [commissionOf(execId, step.commission)], NOON);
    if (!step.isChargedAtOnce) return charge;
    await charge();
    return null;
  }
  if (step.kind === 'mark') {
    const valuation = { accountId, marketDate: day, prices: new Map([['KO', step.price]]), takenAt: NOON };
    await createPortfolioRepository(database.db).value(valuation);
    return null;
  }
  const action: CorporateAction =
    step.kind === 'split'
      ? { kind: 'split', exDate: day, ratio: { to: step.to, from: step.from } }
      : { kind: 'dividend', exDate: day, perShareUsd: step.price };
  const actions = [{ symbol: 'KO', action, priceUsd: step.price }];
  const due = { symbols: ['KO'], actions, through: day, at: NOON };
  await createCorporateActionBooks(database.db).apply(accountId, due);
  return null;
}

async function pnlOf(account: TradingAccount) {
  const context = {
    ...createFakeContext(emptyWorld()),
    accounts: createTradingAccounts(database.db),
    profitAndLoss: createProfitAndLossBooks(database.db),
  };
  const { exitCode, stdout, stderr } = await runCommand(
    ['pnl', '--account', account.name, '--lots', '--json'],
    context,
  );
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout).total as Record<string, string>;
}

test('whatever is traded, split, paid and marked, what the command tells is the ledger’s to the last digit', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const account = await openPaperAccount(database.db);
      const untold: (() => Promise<unknown>)[] = [];
      for (const [index, step] of sequence.entries()) {
        const later = await take(step, account.accountId, addDays(MARKET_DATE, index + 1));
        if (later) untold.push(later);
      }
      for (const tell of untold) await tell();
      await expectProfitAndLoss(database.db, account.accountId);
      const balances = await readBalances(database.db, account.accountId);
      const of = (name: string) => dec(balances.get(name) ?? '0');
      const told = await pnlOf(account);
      const grown = [...balances].filter(([name]) => /^(cash|capital|position:.+|revaluation:.+)$/.test(name));
      expect({
        realized: dec(told.realizedUsd ?? 'NaN')
          .plus(of('realized-pnl'))
          .toFixed(),
        unrealized: dec(told.unrealizedUsd ?? 'NaN')
          .plus(of('unrealized-pnl'))
          .toFixed(),
        dividends: dec(told.dividendsUsd ?? 'NaN')
          .plus(of('dividend'))
          .toFixed(),
        commissions: dec(told.commissionsUsd ?? 'NaN')
          .minus(of('commission'))
          .toFixed(),
        total: grown.reduce((left, [, amount]) => left.minus(amount), dec(told.totalUsd ?? 'NaN')).toFixed(),
      }).toEqual({ realized: '0', unrealized: '0', dividends: '0', commissions: '0', total: '0' });
    }),
    { numRuns: 25, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
  );
});
