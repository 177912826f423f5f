import { ERRORS, type ErrorCode } from '../../contracts/errors.ts';
import type { Severity } from '../../domain/alerts/alert.ts';
import { dec } from '../../domain/money/decimal.ts';
import { OrderState } from '../../domain/orders/order-state.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';
import type { BudgetStand } from '../../ports/budgets.ts';
import type { OrderEventRecord } from '../../ports/order-journal.ts';
import type { ListedOrder } from '../../ports/order-listing.ts';
import type { TaskRecord } from '../../ports/repositories.ts';
import { formatCostUsd } from '../../service/text/amounts.ts';
import type { CliContext } from '../context.ts';
import { accountNames } from '../references/account-reference.ts';
import { remedyFor } from '../remedies.ts';
import { formatAge } from '../text/durations.ts';
import { counted } from '../text/names.ts';
import { wrapText } from '../text/wrap.ts';
import type { Troubles } from './task-table.ts';
import { restrictionText } from './trading-switch.ts';

/** One thing that waits for a person, the gravest first. */
export interface HealthItem {
  readonly severity: 'danger' | 'action';
  readonly message: string;
  /** The command that helps. */
  readonly remedy: string;
}

/** A job that is not held leaves these states faster than this, or its worker is gone. */
const STUCK_AFTER_MS = 30_000;
/** Polling pauses up to 5 minutes between two polls of a real provider. */
const UNPOLLED_AFTER_MS = 15 * 60_000;
const LOOKED_AT = 1000;
const MAX_REASON_LENGTH = 300;

/** What needs a person now; empty when nothing does. */
export async function checkHealth(
  { research, strategies, portfolio, orders, journal, accounts, tradingSwitch, alerts, budgets }: CliContext,
  troubles: Troubles,
  now: Date,
): Promise<HealthItem[]> {
  const [tasks, ready, stale, unbalanced, restrictions, all, unknown, kept, open, stands] = await Promise.all([
    research.listTasks({ limit: LOOKED_AT }),
    research.listTasks({ ready: true }),
    strategies.listStale(now),
    portfolio.listUnbalanced(),
    tradingSwitch.listRestrictions(),
    accounts.list(),
    orders.listOrders({ states: [OrderState.unknown], limit: LOOKED_AT }),
    journal.listKept(null, LOOKED_AT),
    alerts.countOpen(),
    budgets.list(now),
  ]);
  const nameOf = accountNames(all);
  const items: (HealthItem | null)[] = [
    unbalanced.length > 0
      ? {
          severity: 'danger',
          message: `the ledger does not balance: ${counted(unbalanced.length, 'transaction')} (${unbalanced.slice(0, 3).join(', ')})`,
          remedy: 'folios portfolio',
        }
      : null,
    ...restrictions.map(
      (one): HealthItem => ({ severity: 'danger', message: restrictionText(one, nameOf), remedy: 'folios resume' }),
    ),
    alertItem(open),
    unknownItem(unknown),
    keptItem(kept),
    ...troubleItems(troubles),
    failedItem(tasks),
    ...stands.map(budgetItem),
    waitingItem(
      tasks.filter((task) => !troubles.has(task.taskId)),
      now,
    ),
    unpolledItem(tasks, now),
    ready.length > 0
      ? {
          severity: 'action',
          message: `${counted(ready.length, 'succeeded task')} without orders yet`,
          remedy: 'folios execute --ready',
        }
      : null,
    stale.length > 0
      ? {
          severity: 'action',
          message: `${counted(stale.length, 'strategy', 'strategies')} without a recent submission`,
          remedy: 'folios plan',
        }
      : null,
  ];
  return items.filter((item) => item !== null);
}

/** Health as lines of text; empty when nothing needs a person. */
export function renderHealth(items: readonly HealthItem[], width: number): string {
  if (items.length === 0) return '';
  const lines = items.map(({ severity, message, remedy }) =>
    wrapText(`  ${severity === 'danger' ? '✗' : '!'} ${message} → ${remedy}`, width, '    '),
  );
  return ['Needs you', ...lines].join('\n');
}

/** Whether these orders are at the broker nobody knows: they may fill at any moment. */
function unknownItem(orders: readonly ListedOrder[]): HealthItem | null {
  const [first] = orders;
  if (first === undefined) return null;
  return {
    severity: 'danger',
    message: `${counted(orders.length, 'order')} in a state that nobody knows (${first.orderRef}${orders.length > 1 ? ', …' : ''})`,
    remedy: `folios order show ${first.orderId}`,
  };
}

function keptItem(kept: readonly OrderEventRecord[]): HealthItem | null {
  const [newest] = kept;
  if (newest === undefined) return null;
  const problem = cleanUntrustedText(newest.problem ?? newest.outcome, MAX_REASON_LENGTH);
  return {
    severity: 'danger',
    message: `${counted(kept.length, 'report')} of brokers could not be booked; the newest: ${problem}`,
    remedy: 'folios orders --kept',
  };
}

/** One item per kind of trouble that keeps tasks from going on. */
function troubleItems(troubles: Troubles): HealthItem[] {
  const byCode = Map.groupBy(troubles.values(), (step) => step.code);
  return [...byCode].map(([code, steps]) => ({
    severity: 'action',
    message: `${counted(steps.length, 'task')} cannot go on, ${code}: ${cleanUntrustedText(steps[0]?.reason ?? '', MAX_REASON_LENGTH)}`,
    remedy: (code in ERRORS ? remedyFor(code as ErrorCode) : null) ?? 'folios status --task <id>',
  }));
}

/** Warnings are told in their own words by what needs a person; a critical alert waits until somebody has seen it. */
function alertItem({ critical }: Readonly<Record<Severity, number>>): HealthItem | null {
  if (critical === 0) return null;
  return {
    severity: 'danger',
    message: `${counted(critical, 'critical alert')} nobody has acknowledged`,
    remedy: 'folios alerts',
  };
}

/** From nine tenths on, calls may soon be denied. */
function budgetItem({ strategySlug, dailyUsd, spentUsd, reservedUsd }: BudgetStand): HealthItem | null {
  const taken = dec(spentUsd).plus(reservedUsd);
  if (dailyUsd === null || taken.lt(dec(dailyUsd).times('0.9'))) return null;
  const scope = strategySlug ?? 'the whole service';
  return {
    severity: 'action',
    message: `$${formatCostUsd(taken.toFixed())} of today’s model budget of ${scope}, $${dailyUsd}, is taken`,
    remedy: 'folios budget show',
  };
}

/** Failures that no later task of the same strategy and provider has made good. */
function failedItem(newestFirst: readonly TaskRecord[]): HealthItem | null {
  const seen = new Set<string>();
  const failed = newestFirst.filter((task) => {
    const key = `${task.strategyId}/${task.provider}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return task.state === TaskState.failed;
  });
  if (failed.length === 0) return null;
  const names = failed.slice(0, 3).map((task) => `${task.strategySlug}/${task.provider}`);
  const more = failed.length > names.length ? ', …' : '';
  return {
    severity: 'action',
    message: `${counted(failed.length, 'account')}’s last task failed (${names.join(', ')}${more})`,
    remedy: 'folios enqueue',
  };
}

function waitingItem(tasks: readonly TaskRecord[], now: Date): HealthItem | null {
  const waiting = tasks.filter(
    (task) => task.state === TaskState.pending && now.getTime() - task.createdAt.getTime() > STUCK_AFTER_MS,
  );
  if (waiting.length === 0) return null;
  return {
    severity: 'action',
    message: `${counted(waiting.length, 'task')} pending: held, or no worker is running`,
    remedy: 'folios submit',
  };
}

function unpolledItem(tasks: readonly TaskRecord[], now: Date): HealthItem | null {
  const ages = tasks
    .filter((task) => task.state === TaskState.awaitingResults)
    .map((task) => now.getTime() - (task.lastPolledAt ?? task.submittedAt ?? task.createdAt).getTime())
    .filter((age) => age > UNPOLLED_AFTER_MS);
  if (ages.length === 0) return null;
  return {
    severity: 'action',
    message: `${counted(ages.length, 'task')} not polled for up to ${formatAge(Math.max(...ages))}: held, or no worker is running`,
    remedy: 'folios poll',
  };
}
