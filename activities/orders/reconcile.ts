import type { Reconciliation } from '../../src/contracts/activities/reconcile.ts';
import { AlertKind } from '../../src/domain/alerts/alert.ts';
import {
  type ComparableBooks,
  compareBooks,
  type Difference,
  describeDifference,
  lastingDifferences,
} from '../../src/domain/orders/compare-books.ts';
import type { HeldPosition } from '../../src/domain/orders/exposure.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { isWorking, OrderEvent, OrderState } from '../../src/domain/orders/order-state.ts';
import { TradingMode } from '../../src/domain/orders/trading-mode.ts';
import type { BrokerStatement } from '../../src/ports/broker-session.ts';
import type { AccountWorkingOrder } from '../../src/ports/order-journal.ts';
import { explainDifferences } from '../accounting/explain-differences.ts';
import { recordStatement } from './find.ts';
import { isOfToday, tradingDay } from './gate.ts';
import type { DeskPorts } from './ports.ts';
import { whenReady } from './when-ready.ts';

const BY = 'reconcileBroker';

interface Look {
  readonly statement: BrokerStatement;
  readonly adopted: readonly OrderNews[];
  readonly expired: readonly string[];
  readonly external: readonly string[];
  readonly differences: readonly Difference[];
  readonly held: readonly HeldPosition[];
}

/**
 * Holds our books of an account against its broker's: what the broker tells and we have missed is booked, what was made
 * outside folios is adopted as external. A difference counts when a second look after the quiet period finds it again,
 * by the same amount, since orders may move between two questions; such a difference pauses the account.
 */
export async function reconcileAccount(ports: DeskPorts): Promise<Reconciliation> {
  const { account, session, quietPeriodMs } = ports;
  await whenReady(session);
  let look = await lookAtBoth(ports);
  if (look.differences.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, quietPeriodMs));
    const again = await lookAtBoth(ports);
    look = {
      ...again,
      adopted: [...look.adopted, ...again.adopted],
      expired: [...look.expired, ...again.expired],
      differences: lastingDifferences(look.differences, again.differences),
    };
  }
  const { statement, adopted, expired, external, held } = look;
  const differences = await explainDifferences(ports, look.differences, held);
  const paused = await pauseOver(ports, differences);
  const { accountId, name } = account;
  return {
    accountId,
    accountName: name,
    at: statement.at.toISOString(),
    adopted,
    expired,
    external,
    differences,
    // Good to know, and no reason to fail: the session may be lost by now.
    profit: await session.profit(account.brokerAccount).catch(() => null),
    paused,
  };
}

async function lookAtBoth(ports: DeskPorts): Promise<Look> {
  const { account, session, journal, clock } = ports;
  const { accountId } = account;
  const statement = await session.statement(account.brokerAccount);
  const { cashUsd, positions, at } = statement;
  await journal.openBooks(accountId, { cashUsd, positions, at });
  await recordStatement(ports, statement);
  const adopted = await journal.adoptExternal(accountId, clock.now());
  const expired = await expireForgotten(ports, statement);
  const ours = await journal.exposure(accountId, clock.now());
  const openThere = statement.openOrders.filter(({ isOpen }) => isOpen);
  const isOurs = await Promise.all(openThere.map(({ orderRef }) => isJournaled(ports, orderRef)));
  const external = openThere.filter((_order, index) => !isOurs[index]);
  const differences = compareBooks(
    {
      positions: new Map(ours.positions.map(({ instrument, quantity }) => [instrumentKey(instrument), quantity])),
      cashUsd: ours.cashUsd,
      openOrderRefs: new Set(
        ours.working
          .filter((one) => isConfirmed(one) || openThere.some(({ orderRef }) => orderRef === one.order.orderRef))
          .map(({ order }) => order.orderRef),
      ),
    },
    theirBooks(statement, new Set(external.map(({ orderRef }) => orderRef))),
  );
  return {
    statement,
    adopted,
    expired,
    external: external.map(({ description }) => description),
    differences,
    held: ours.positions,
  };
}

async function isJournaled({ journal }: DeskPorts, orderRef: string): Promise<boolean> {
  return orderRef !== '' && (await journal.timeline(orderRef)).length > 0;
}

/** The broker has shown it as working. What it never confirmed is in doubt, which its ticket resolves. */
function isConfirmed({ state }: AccountWorkingOrder): boolean {
  return isWorking(state) && state !== OrderState.submitted;
}

function theirBooks(
  { openOrders, positions, cashUsd }: BrokerStatement,
  external: ReadonlySet<string>,
): ComparableBooks {
  const open = openOrders.filter(({ isOpen, orderRef }) => isOpen && !external.has(orderRef));
  const held = positions.filter(({ quantity }) => Number(quantity) !== 0);
  return {
    positions: new Map(held.map(({ instrument, quantity }) => [instrumentKey(instrument), quantity])),
    cashUsd,
    openOrderRefs: new Set(open.map(({ orderRef }) => orderRef)),
  };
}

/** A day order of an earlier day of which the broker has nothing more has expired while nobody listened. */
async function expireForgotten(ports: DeskPorts, statement: BrokerStatement): Promise<readonly string[]> {
  const { account, journal, clock } = ports;
  const today = await tradingDay(ports, account);
  const there = new Set(statement.openOrders.map(({ orderRef }) => orderRef));
  const { working } = await journal.exposure(account.accountId, clock.now());
  const forgotten = working.filter(
    (one) => isConfirmed(one) && !there.has(one.order.orderRef) && !isOfToday(one.order, one.marketDate, today),
  );
  for (const { order, marketDate } of forgotten) {
    const reason = `its day, ${marketDate}, is over, and the broker has it no more`;
    await journal.move(order.orderRef, OrderEvent.expire, reason, clock.now());
  }
  return forgotten.map(({ order }) => order.orderRef);
}

/** Until a person has looked, nothing new is opened on books that may be wrong. True where this call paused the account. */
async function pauseOver(ports: DeskPorts, differences: readonly Difference[]): Promise<boolean> {
  if (differences.length === 0) return false;
  const { account, tradingSwitch, clock } = ports;
  const { accountId } = account;
  const difference = differences.map(describeDifference).join('; ');
  // Before the pause: a crash in between finds the difference again, and a paused account would not be looked at here.
  await ports.alerts.raise({
    kind: AlertKind.booksDiffer,
    subject: `our books of ${account.name} and its broker's differ`,
    text: difference,
    ...{ strategyId: null, accountId, workflowId: null },
    dedupeKey: `books_differ/${accountId}`,
    at: clock.now(),
  });
  const restriction = await tradingSwitch.restrictionOf(accountId);
  if (restriction?.mode === TradingMode.paused) return false;
  const reason = `our books and the broker's differ: ${difference}`;
  await tradingSwitch.set({ accountId, mode: TradingMode.paused, reason, by: BY, at: clock.now() });
  return true;
}
