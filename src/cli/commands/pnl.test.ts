import { expect, test } from '@jest/globals';
import type { ProfitAndLoss, ProfitAndLossQuestion } from '../../ports/profit-and-loss.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { DEMO_ID, demoAccount } from '../testing/sample-orders.ts';

const RESULT = {
  accountId: DEMO_ID,
  realizedUsd: '39.5',
  unrealizedUsd: '-12.345',
  dividendsUsd: '2',
  commissionsUsd: '1.0355',
};
const BOOKS: ProfitAndLoss = {
  results: [
    { ...RESULT, instrument: 'AAPL' },
    { ...RESULT, instrument: 'KO', realizedUsd: '0', unrealizedUsd: '0', dividendsUsd: '0' },
  ],
  closedLots: [
    {
      ...{ accountId: DEMO_ID, instrument: 'AAPL', openedOn: '2005-02-24', closedOn: '2005-03-01' },
      ...{ quantity: '10', costUsd: '400', proceedsUsd: '439.5', commissionUsd: '0.7' },
    },
  ],
  openLots: [
    {
      ...{
        accountId: DEMO_ID,
        instrument: 'AAPL',
        openedOn: null,
        quantity: '1',
        costUsd: '50',
        commissionUsd: '1.371',
      },
      ...{ price: '37.655', multiplier: '1', markedOn: '2005-03-01' },
    },
  ],
  actions: [
    {
      ...{ accountId: DEMO_ID, symbol: 'AAPL', quantity: '5', cashUsd: '0' },
      action: { kind: 'split', exDate: '2005-02-28', ratio: { to: 2, from: 1 } },
    },
  ],
  balances: new Map([
    [
      DEMO_ID,
      new Map([
        ...Object.entries({ cash: '989.429', 'position:AAPL': '50', 'revaluation:AAPL': '-12.345', capital: '-1000' }),
        ...Object.entries({ 'realized-pnl': '-39.5', 'unrealized-pnl': '12.345', dividend: '-2', commission: '2.071' }),
      ]),
    ],
  ]),
};

function pnl(words: readonly string[], books: ProfitAndLoss = BOOKS) {
  const asked: ProfitAndLossQuestion[] = [];
  const world = {
    ...emptyWorld(),
    accounts: [demoAccount()],
    profitAndLoss: (question: ProfitAndLossQuestion) => {
      asked.push(question);
      return books;
    },
  };
  return runCommand(['pnl', ...words], createFakeContext(world)).then((run) => ({ ...run, asked }));
}

test('shows each account’s result, and of a named one each instrument’s', async () => {
  const all = await pnl([]);
  expect(all.stdout).toMatch(/demo +39\.50 +-12\.35 +2\.00 +2\.07 +27\.08/);
  expect(all.stdout).not.toContain('AAPL');
  const one = await pnl(['--account', 'demo', '--lots']);
  expect(one.stdout).toMatch(/demo +AAPL +39\.50 +-12\.35 +2\.00 +1\.04 +28\.12/);
  expect(one.stdout).toMatch(/demo +KO +0\.00/);
  expect(one.stdout).toMatch(/AAPL +2005-02-24 +2005-03-01 +10 +400\.00 +439\.50 +39\.50 +0\.70/);
  expect(one.stdout).toMatch(/demo +2005-02-28 +AAPL +split 2 for 1 +5 +0\.00/);
  expect(one.stdout).toMatch(/AAPL +– +1 +50\.00 +37\.66 +37\.66 +-12\.35 +1\.37 +2005-03-01/);
});

test('gives programs exact amounts', async () => {
  const { stdout } = await pnl(['--lots', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    accounts: [
      {
        ...{ account: 'demo', method: 'fifo', totalUsd: '27.084', commissionsUsd: '2.071' },
        instruments: [{ instrument: 'AAPL', totalUsd: '28.1195' }, { instrument: 'KO' }],
        closedLots: [{ realizedUsd: '39.50', netUsd: '38.80' }],
        actions: [{ symbol: 'AAPL', kind: 'split', exDate: '2005-02-28', ratio: { to: 2, from: 1 }, cashUsd: '0' }],
        openLots: [{ valueUsd: '37.655', unrealizedUsd: '-12.345' }],
      },
    ],
    total: { totalUsd: '27.084' },
  });
});

test('asks for symbol and days, in which nothing must agree with the whole ledger', async () => {
  const { asked, exitCode } = await pnl(['--symbol', 'aapl', '--from', '2005-01-01', '--to', '2005-12-31'], {
    ...BOOKS,
    results: [],
  });
  expect(asked).toEqual([{ accountIds: [DEMO_ID], symbol: 'AAPL', from: '2005-01-01', to: '2005-12-31' }]);
  expect(exitCode).toBe(0);
});

test('books that disagree are an error, with the figures shown all the same', async () => {
  const run = await pnl([], { ...BOOKS, openLots: [] });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('27.08');
  expect(run.stderr).toContain(
    'error LEDGER_UNBALANCED: the books disagree: demo: the open lots’ result would be 0 USD',
  );
});

test.each([
  [['--from', '2005-02-30'], '"2005-02-30" is not a day'],
  [['--from', '2005-12-31', '--to', '2005-01-01'], '--from 2005-12-31 is after --to 2005-01-01'],
  [['--account', 'nobody'], 'no account is called "nobody"'],
  [['--symbol', 'A B'], 'is not a symbol'],
])('%j is INPUT_INVALID', async (words, message) => {
  const run = await pnl(words);
  expect(run.stderr).toContain('error INPUT_INVALID: ');
  expect(run.stderr).toContain(message);
});

test('without an account there is nothing to show', async () => {
  const run = await runCommand(['pnl'], createFakeContext(emptyWorld()));
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain('No accounts yet.');
});
