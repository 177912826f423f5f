import type { Kysely } from 'kysely';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import { strictestMode } from '../../src/domain/orders/trading-mode.ts';
import { isTaskEnded, TaskState } from '../../src/domain/research/task-state.ts';
import type { ServiceFigures, ServiceFiguresSource } from '../../src/ports/service-figures.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { countKept } from './kept-reports.ts';
import { createTradingSwitch } from './trading-switch.ts';

const OPEN_ORDERS = Object.values(OrderState).filter((state) => !isTerminal(state));
const OPEN_TASKS = Object.values(TaskState).filter((state) => !isTaskEnded(state));

/** Binds the figures of the service to a database. */
export function createServiceFigures(db: Kysely<DB>): ServiceFiguresSource {
  return withTranslatedErrors<ServiceFiguresSource>({
    async read(now) {
      const [openOrders, doubt, openTasks, keptReports, accounts, llmSpend] = await Promise.all([
        countOpenOrders(db),
        oldestDoubt(db),
        countOpenTasks(db),
        countKept(db),
        countAccounts(db),
        spendOf(db, now),
      ]);
      const oldestDoubtSeconds = doubt === null ? null : Math.max(0, (now.getTime() - doubt.getTime()) / 1000);
      return { openOrders, oldestDoubtSeconds, openTasks, keptReports, accounts, llmSpend };
    },
  });
}

function countOpenOrders(db: Kysely<DB>): Promise<ServiceFigures['openOrders']> {
  return db
    .selectFrom('orders as o')
    .innerJoin('portfolio_accounts as a', 'a.id', 'o.account_id')
    .select(['a.broker', 'o.state'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('o.state', 'in', OPEN_ORDERS)
    .groupBy(['a.broker', 'o.state'])
    .orderBy('a.broker')
    .orderBy('o.state')
    .execute();
}

async function oldestDoubt(db: Kysely<DB>): Promise<Date | null> {
  const row = await db
    .selectFrom('orders')
    .select((eb) => eb.fn.min('submitted_at').as('since'))
    .where('state', 'in', [OrderState.submitted, OrderState.unknown])
    .executeTakeFirst();
  return row?.since ?? null;
}

function countOpenTasks(db: Kysely<DB>): Promise<ServiceFigures['openTasks']> {
  return db
    .selectFrom('execution_tasks')
    .select(['provider', 'state'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', OPEN_TASKS)
    .groupBy(['provider', 'state'])
    .orderBy('provider')
    .orderBy('state')
    .execute();
}

async function countAccounts(db: Kysely<DB>): Promise<ServiceFigures['accounts']> {
  const [accounts, restrictions] = await Promise.all([
    db.selectFrom('portfolio_accounts').select(['id', 'broker']).execute(),
    createTradingSwitch(db).listRestrictions(),
  ]);
  const modeOf = (id: string) => {
    const own = restrictions.filter(({ accountId }) => accountId === null || accountId === id).map(({ mode }) => mode);
    return strictestMode(own);
  };
  const groups = Map.groupBy(accounts, ({ id, broker }) => `${broker} ${modeOf(id)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ broker: first.broker, mode: modeOf(first.id), count: group.length }] : [];
  });
}

function spendOf(db: Kysely<DB>, now: Date): Promise<ServiceFigures['llmSpend']> {
  const midnight = new Date(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
  return db
    .selectFrom('llm_usage')
    .select('provider')
    .select((eb) => [eb.fn.sum<string>('cost_usd').as('costUsd'), eb.fn.countAll<number>().as('calls')])
    .where('called_at', '>=', midnight)
    .groupBy('provider')
    .orderBy('provider')
    .execute();
}
