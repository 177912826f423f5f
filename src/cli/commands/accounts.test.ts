import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../contracts/errors.ts';
import { DEFAULT_RISK_LIMITS } from '../../domain/orders/risk-limits.ts';
import { BrokerError } from '../../ports/broker-session.ts';
import type { MarketData } from '../../ports/market-data.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { NOW, samplePortfolio } from '../testing/sample-data.ts';
import { DEMO_ID, demoAccount, working } from '../testing/sample-orders.ts';

const NO_GATEWAY = { code: 'BROKER_NOT_READY', effect: 'none' } as const;

describe('accounts', () => {
  test('lists research accounts and one’s own with what they hold, work and may do', async () => {
    const world = {
      ...emptyWorld(),
      accounts: [demoAccount({ name: 'ib', broker: 'ibkr', brokerAccount: 'DU1234567' })],
      portfolios: [samplePortfolio('openai', { IBM: '153.43', KO: '43.43' })],
      exposures: new Map([
        [
          DEMO_ID,
          {
            cashUsd: '-5',
            netLiquidationUsd: '995.5',
            positions: [],
            working: [working({})],
            mode: 'normal' as const,
            recentIntents: [],
          },
        ],
      ]),
      restrictions: [{ accountId: DEMO_ID, mode: 'reduce_only' as const, reason: 'test', by: 'ada', at: NOW }],
    };
    const { stdout } = await runCommand(['accounts'], createFakeContext(world));
    expect(stdout).toMatch(/^ib +ibkr +DU1234567 +2017-03-31 +-5\.00 +1,000\.50 +995\.50 +1 +reduce-only$/m);
    expect(stdout).toMatch(
      /^dreman-contrarian\/openai +paper +0198acc0 +2017-03-31 +47,602\.90 +63,562\.85 +111,165\.75 +0 +normal$/m,
    );
    const { accounts } = JSON.parse((await runCommand(['accounts', '--json'], createFakeContext(world))).stdout);
    expect(accounts[0]).toMatchObject({ name: 'ib', cashUsd: '-5.00', totalUsd: '995.50', mode: 'reduce_only' });
  });

  test('says how to open the first one', async () => {
    const { stdout } = await runCommand(['accounts'], createFakeContext(emptyWorld()));
    expect(stdout).toContain('folios account open demo --balance 100000');
  });
});

test('positions of one’s own stand beside those of research, an option’s value with its multiplier', async () => {
  const position = { accountId: DEMO_ID, ticker: 'KO 2017-06-16 C 45', quantity: '-2', costUsd: '-300' };
  const option = { kind: 'option', symbol: 'KO', expiration: '2017-06-16', strike: '45', right: 'CALL' } as const;
  const world = {
    ...emptyWorld(),
    accounts: [demoAccount()],
    portfolios: [samplePortfolio('openai', { IBM: '153.43', KO: '43.43' })],
    positions: [{ ...position, marketPrice: '1.2', marketDate: '2017-04-03' }],
  };
  world.exposures.set(DEMO_ID, {
    ...{ cashUsd: '300', netLiquidationUsd: '60', working: [], mode: 'normal' as const, recentIntents: [] },
    positions: [
      { instrument: { ...option, multiplier: '100' }, quantity: '-2', marketValueUsd: '-240', tradeId: null },
    ],
  });
  const { stdout } = await runCommand(['positions'], createFakeContext(world));
  expect(stdout).toMatch(/^demo +KO 2017-06-16 C 45 +-2 +1\.20 +-240\.00 +-300\.00 +– +2017-04-03$/m);
  expect(stdout).toMatch(/^dreman-contrarian\/openai +IBM +185 /m);
  const ofDemo = await runCommand(['positions', '--account', 'demo', '--json'], createFakeContext(world));
  expect(JSON.parse(ofDemo.stdout).positions).toMatchObject([{ account: 'demo', valueUsd: '-240.00' }]);
});

describe('account open', () => {
  test('opens a paper account on the replayed day; the same again changes nothing', async () => {
    const world = emptyWorld();
    const open = () => runCommand(['account', 'open', 'demo', '--balance', '2500.50'], createFakeContext(world));
    expect((await open()).stdout).toContain(
      'Opened demo (the paper broker, prices from replay, since 2017-03-31) with $2,500.50.',
    );
    expect((await open()).stdout).toContain('Nothing changed: there is demo (the paper broker');
    expect(world.accounts).toMatchObject([{ name: 'demo', broker: 'paper', initialBalanceUsd: '2500.50' }]);
  });

  test('opens an account with limits of its own beside the usual ones', async () => {
    const world = emptyWorld();
    const limits = ['--max-delta', '50000', '--max-order', '2500.50', '--max-positions-per-symbol', '4'];
    await runCommand(['account', 'open', 'demo', '--balance', '100000', ...limits], createFakeContext(world));
    expect(world.accounts[0]?.limits).toEqual({
      ...DEFAULT_RISK_LIMITS,
      ...{ maxPortfolioDeltaUsd: '50000', maxOrderNotionalUsd: '2500.50', maxPositionsPerSymbol: 4 },
    });
  });

  test.each([
    [true, 'replay', '2017-03-31'],
    [false, 'yahoo', '2026-03-02'],
  ])('where IBKR is simulated: %s, an account there has prices from %s', async (isIbkrSimulated, source, day) => {
    const context = { ...createFakeContext(emptyWorld()), isIbkrSimulated };
    const words = ['account', 'open', 'ib', '--broker', 'ibkr', '--broker-account', 'DU1234567', '--json'];
    const { account } = JSON.parse((await runCommand(words, context)).stdout);
    expect(account).toMatchObject({ brokerAccount: 'DU1234567', priceSource: source, openedOn: day });
  });

  test.each([
    [
      'is refused without a gateway',
      new BrokerError('not connected to Interactive Brokers at 127.0.0.1:4001', NO_GATEWAY),
      0,
    ],
    ['needs no data of the index', new FoliosError('QUOTE_UNAVAILABLE', 'not subscribed'), 1],
  ])('at prices of Interactive Brokers %s', async (_what, failure, opened) => {
    const world = emptyWorld();
    const source = { benchmark: () => Promise.reject(failure) } as unknown as MarketData;
    const context = { ...createFakeContext(world), marketData: { source: () => source } };
    const words = ['account', 'open', 'demo', '--balance', '1', '--price-source', 'ibkr'];
    const { stdout, stderr } = await runCommand(words, context);
    expect(stdout + stderr).toContain(opened ? 'prices from ibkr' : 'BROKER_NOT_READY: not connected to Interactive');
    expect(world.accounts).toHaveLength(opened);
  });

  test.each([
    [['demo'], 'a paper account begins with --balance'],
    [['a/b', '--balance', '1'], '"a/b" is no account name'],
    [['demo', '--broker', 'etrade'], '"etrade" is no broker; there are paper, ibkr'],
    [['demo', '--balance', '1', '--max-delta', '-5'], 'a limit in dollars is such as 50000'],
    [['demo', '--balance', '1', '--max-positions', '0'], 'a limit of positions is a whole number from 1'],
    [['demo', '--balance', '1', '--max-allocation', '0'], 'a limit in percent is a number above zero'],
    [['demo', '--price-source', 'magic'], '"magic" is no price source'],
    [['demo', '--balance', '1', '--broker-account', 'DU1234567'], 'is for a real broker'],
    [['ib', '--broker', 'ibkr', '--broker-account', 'DU1234567', '--balance', '5'], 'the broker says'],
    [['ib', '--broker', 'ibkr'], 'an IBKR account has its number'],
    [['ib', '--broker', 'ibkr', '--broker-account', 'DU1;drop'], 'an IBKR account has its number'],
  ])('%j is refused', async (words, message) => {
    const world = emptyWorld();
    const run = await runCommand(['account', 'open', ...words], createFakeContext(world));
    expect(run.stderr).toContain(`error INPUT_INVALID: `);
    expect(run.stderr).toContain(message);
    expect(world.accounts).toEqual([]);
  });
});
