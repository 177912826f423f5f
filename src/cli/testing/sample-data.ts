import { dec, sum } from '../../domain/money/decimal.ts';
import { OrderSide, OrderState } from '../../domain/orders/order-state.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { Recommendation } from '../../domain/research/recommendation.ts';
import type {
  AccountRecord,
  OrderRecord,
  PositionRecord,
  SnapshotRecord,
  StrategyRecord,
  TaskRecord,
} from '../../ports/repositories.ts';

export const NOW = new Date('2026-03-02T10:00:00.000Z');
export const WINDOW_START = '2017-03-31';
export const WINDOW_END = '2018-03-29';
export const STRATEGY_ID = '0198c0de-0000-7000-8000-00000000aaaa';
export const GROUP_ID = '0198c0de-0000-7000-8000-00000000bbbb';

const TASK_IDS: Readonly<Record<ProviderName, string>> = {
  openai: '0198c0de-1111-7000-8000-000000000001',
  gemini: '0198c0de-2222-7000-8000-000000000002',
  anthropic: '0198c0de-3333-7000-8000-000000000003',
};

export function taskIdOf(provider: ProviderName): string {
  return TASK_IDS[provider];
}

export function accountIdOf(provider: ProviderName): string {
  return TASK_IDS[provider].replace('0198c0de', '0198acc0');
}

export function sampleStrategy(): StrategyRecord {
  return {
    id: STRATEGY_ID,
    version: 3,
    active: true,
    createdAt: new Date('2026-03-01T09:00:00.000Z'),
    document: {
      kind: 'research',
      slug: 'dreman-contrarian',
      name: 'David Dreman contrarian',
      description: 'Buys sound companies that the market has fallen out of love with.',
      method: 'Pick from {{ universe }} the cheapest quintile by price against its five-year high.',
      universe: ['IBM', 'KO', 'XOM'],
      cadence: { staleAfterDays: 30 },
      providers: [
        { provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', maxOutputTokens: 8192 },
        { provider: 'gemini', mode: 'cli', model: 'gemini-2.5-flash', maxOutputTokens: 8192 },
        { provider: 'anthropic', mode: 'direct', model: 'claude-sonnet-4-5', maxOutputTokens: 8192 },
      ],
      initialBalanceUsd: '100000',
      priceSource: 'replay',
      active: true,
    },
  };
}

export function sampleTask(provider: ProviderName, change: Partial<TaskRecord> = {}): TaskRecord {
  const configured = sampleStrategy().document.providers.find((one) => one.provider === provider);
  return {
    taskId: taskIdOf(provider),
    requestId: taskIdOf(provider).replace('0198c0de', '0198aeee'),
    requestGroupId: GROUP_ID,
    strategyId: STRATEGY_ID,
    strategySlug: 'dreman-contrarian',
    strategyVersion: 3,
    provider,
    mode: configured?.mode ?? 'batch',
    model: configured?.model ?? 'model',
    state: 'succeeded',
    asOf: WINDOW_START,
    simulated: true,
    round: 0,
    providerJobId: `batch_${provider}`,
    providerStatus: 'completed',
    counts: { total: 1, completed: 1, failed: 0 },
    pollCount: 4,
    lastPolledAt: new Date('2026-03-02T09:59:50.000Z'),
    failureCode: null,
    failureReason: null,
    createdAt: new Date('2026-03-02T09:59:40.000Z'),
    submittedAt: new Date('2026-03-02T09:59:41.000Z'),
    endedAt: new Date('2026-03-02T09:59:52.300Z'),
    executedAt: new Date('2026-03-02T09:59:54.000Z'),
    ...change,
  };
}

export function sampleRecommendations(): Recommendation[] {
  const rationale =
    'Trades at a third of the multiple it had five years ago while its dividend has grown every year; sentiment, not substance, is what has changed since.';
  return [
    buy('IBM', '121.14', '155.00', '104.00', '22.5', rationale),
    buy('KO', '37.02', '46.25', '32.10', '30', 'Unloved beverage giant.'),
    buy('XOM', '68.45', '84.00', '58.00', '40', 'Oil is out of fashion; the balance sheet is not.'),
  ];
}

export interface SamplePortfolio {
  readonly account: AccountRecord;
  readonly orders: OrderRecord[];
  readonly positions: PositionRecord[];
  readonly balances: Map<string, string>;
  readonly snapshots: SnapshotRecord[];
}

/** An account that bought IBM and KO at the window's start and is marked at its end; its books agree to the cent. */
export function samplePortfolio(
  provider: ProviderName,
  marks: { readonly IBM: string; readonly KO: string },
): SamplePortfolio {
  const accountId = accountIdOf(provider);
  const bought = [
    { ticker: 'IBM', quantity: '185', fill: '121.14', mark: marks.IBM },
    { ticker: 'KO', quantity: '810', fill: '37.02', mark: marks.KO },
  ];
  const cost = bought.map(({ quantity, fill }) => dec(quantity).times(fill));
  const values = bought.map(({ quantity, mark }) => dec(quantity).times(mark));
  const cash = dec('100000').minus(sum(cost));
  const gain = sum(values).minus(sum(cost));
  return {
    account: {
      accountId,
      strategyId: STRATEGY_ID,
      strategySlug: 'dreman-contrarian',
      provider,
      priceSource: 'replay',
      initialBalanceUsd: '100000',
      openedOn: WINDOW_START,
      createdAt: NOW,
    },
    orders: [
      ...bought.map(({ ticker, quantity, fill }) =>
        sampleOrder(provider, {
          ticker,
          quantity,
          filledQuantity: quantity,
          averageFillPrice: fill,
          referencePrice: fill,
        }),
      ),
      sampleOrder(provider, {
        ticker: 'XOM',
        quantity: '584',
        state: OrderState.denied,
        stateReason: 'cash would be negative',
      }),
    ],
    positions: bought.map(({ ticker, quantity, fill, mark }) => ({
      accountId,
      ticker,
      quantity,
      costUsd: dec(quantity).times(fill).toFixed(2),
      marketPrice: mark,
      marketDate: WINDOW_END,
    })),
    balances: new Map([
      ['cash', cash.toFixed(2)],
      ...bought.flatMap(({ ticker }, index): [string, string][] => [
        [`position:${ticker}`, (cost[index] ?? dec(0)).toFixed(2)],
        [`revaluation:${ticker}`, (values[index] ?? dec(0)).minus(cost[index] ?? 0).toFixed(2)],
      ]),
      ['capital', '-100000.00'],
      ['unrealized-pnl', gain.negated().toFixed(2)],
    ]),
    snapshots: [
      {
        accountId,
        marketDate: WINDOW_END,
        cashUsd: cash.toFixed(2),
        positionsUsd: sum(values).toFixed(2),
        totalUsd: cash.plus(sum(values)).toFixed(2),
        takenAt: NOW,
      },
    ],
  };
}

function sampleOrder(provider: ProviderName, change: Partial<OrderRecord> & { readonly ticker: string }): OrderRecord {
  return {
    orderId: taskIdOf(provider).replace('0198c0de', Buffer.from(change.ticker.padEnd(4, '.')).toString('hex')),
    ticketId: taskIdOf(provider),
    accountId: accountIdOf(provider),
    taskId: taskIdOf(provider),
    orderRef: `${taskIdOf(provider)}/${change.ticker}`,
    side: OrderSide.buy,
    quantity: '0',
    state: OrderState.filled,
    stateReason: null,
    referencePrice: '68.45',
    marketDate: WINDOW_START,
    filledQuantity: '0',
    averageFillPrice: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...change,
  };
}

function buy(
  ticker: string,
  entryPrice: string,
  targetPrice: string,
  stopLoss: string,
  allocationPercent: string,
  rationale: string,
): Recommendation {
  return { ticker, action: 'BUY', entryPrice, targetPrice, stopLoss, allocationPercent, rationale };
}
