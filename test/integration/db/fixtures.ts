import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createResearchRepository } from '../../../db/repositories/research.ts';
import { createStrategyRepository } from '../../../db/repositories/strategies.ts';
import type { DB } from '../../../db/schema.gen.ts';
import type { ResearchStrategy } from '../../../src/contracts/schemas/strategy.ts';
import { buyEntries } from '../../../src/domain/portfolio/ledger.ts';
import { TaskEvent } from '../../../src/domain/research/task-state.ts';
import type {
  AccountRecord,
  EnqueueCommand,
  OrderRecord,
  Settlement,
  StrategyRecord,
  TaskRecord,
} from '../../../src/ports/repositories.ts';

export const NOON = new Date('2026-03-02T12:00:00.000Z');
export const DAY_MS = 86_400_000;
export const MARKET_DATE = '2026-03-02';

export function strategyDocument(changes: Partial<ResearchStrategy> = {}): ResearchStrategy {
  return {
    kind: 'research',
    slug: `strategy-${randomUUID()}`,
    name: 'Contrarian value',
    description: 'Buys what others shun.',
    method: 'Look for low multiples among large companies.',
    universe: ['KO', 'PG', 'IBM'],
    cadence: { staleAfterDays: 7 },
    providers: [
      { provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', maxOutputTokens: 4096 },
      { provider: 'gemini', mode: 'cli', model: 'gemini-2.5-flash', maxOutputTokens: 4096 },
      { provider: 'anthropic', mode: 'direct', model: 'claude-haiku', maxOutputTokens: 4096 },
    ],
    initialBalanceUsd: '100000',
    priceSource: 'replay',
    active: true,
    ...changes,
  };
}

export async function savedStrategy(db: Kysely<DB>, changes: Partial<ResearchStrategy> = {}): Promise<StrategyRecord> {
  return (await createStrategyRepository(db).save(strategyDocument(changes))).record;
}

export function enqueueCommand(strategy: StrategyRecord, changes: Partial<EnqueueCommand> = {}): EnqueueCommand {
  return {
    requestGroupId: randomUUID(),
    strategy,
    providers: ['openai', 'gemini', 'anthropic'],
    asOf: MARKET_DATE,
    force: false,
    now: NOON,
    isSimulated: (provider) => provider === 'openai',
    ...changes,
  };
}

/** A pending task of a strategy of its own. */
export async function pendingTask(db: Kysely<DB>, provider: TaskRecord['provider'] = 'openai'): Promise<TaskRecord> {
  const research = createResearchRepository(db);
  const strategy = await savedStrategy(db);
  const [enqueued] = await research.enqueue(enqueueCommand(strategy, { providers: [provider] }));
  return (await research.findTask(enqueued?.taskId ?? '')) as TaskRecord;
}

export async function succeededTask(db: Kysely<DB>): Promise<TaskRecord> {
  const research = createResearchRepository(db);
  const task = await pendingTask(db);
  for (const event of [TaskEvent.start, TaskEvent.submitted, TaskEvent.succeed])
    await research.transition(task.taskId, event, { at: NOON });
  return (await research.findTask(task.taskId)) as TaskRecord;
}

export interface OpenTicket {
  readonly task: TaskRecord;
  readonly account: AccountRecord;
  readonly ticket: { ticketId: string; taskId: string; accountId: string };
  readonly order: OrderRecord;
}

export function pendingOrder(ticket: OpenTicket['ticket'], changes: Partial<OrderRecord> = {}): OrderRecord {
  const ticker = changes.ticker ?? 'KO';
  return {
    orderId: randomUUID(),
    ...ticket,
    orderRef: `${ticket.ticketId}/${ticker}`,
    ticker,
    side: 'BUY',
    quantity: '100',
    state: 'PENDING',
    stateReason: null,
    referencePrice: '60.25',
    marketDate: MARKET_DATE,
    filledQuantity: '0',
    averageFillPrice: null,
    createdAt: NOON,
    updatedAt: NOON,
    ...changes,
  };
}

/** A succeeded task with its account of 100,000 dollars and one journaled order to buy 100 KO at 60.25. */
export async function openTicket(db: Kysely<DB>): Promise<OpenTicket> {
  const portfolio = createPortfolioRepository(db);
  const task = await succeededTask(db);
  const { strategyId, provider } = task;
  const account = await portfolio.openAccount(
    { strategyId, provider, priceSource: 'replay', initialBalanceUsd: '100000', openedOn: MARKET_DATE },
    NOON,
  );
  const ticket = { ticketId: task.taskId, taskId: task.taskId, accountId: account.accountId };
  const order = pendingOrder(ticket);
  await portfolio.journalOrders(ticket, [order]);
  return { task, account, ticket, order };
}

/** The settlement that fills that order: 6,025 dollars of stock, 93,975 of cash. */
export function fullFill({ ticket, order }: OpenTicket, changes: Partial<Settlement> = {}): Settlement {
  const { orderId, ticker, side, quantity, referencePrice: price } = order;
  const execId = `exec-${orderId}`;
  return {
    ...ticket,
    orders: [{ orderId, state: 'FILLED', stateReason: null, filledQuantity: quantity, averageFillPrice: price }],
    executions: [{ execId, orderId, ticker, side, quantity, price, commissionUsd: '0', executedAt: NOON }],
    transactions: [
      {
        transactionId: `fill/${execId}`,
        accountId: ticket.accountId,
        marketDate: MARKET_DATE,
        memo: 'buy',
        entries: buyEntries({ ticker, quantity, price, commissionUsd: '0' }),
        executionId: execId,
      },
    ],
    positions: [{ ticker, quantity, costUsd: '6025', marketPrice: price, marketDate: MARKET_DATE }],
    snapshot: {
      marketDate: MARKET_DATE,
      cashUsd: '93975',
      positionsUsd: '6025',
      totalUsd: '100000',
      takenAt: NOON,
    },
    at: NOON,
    ...changes,
  };
}
