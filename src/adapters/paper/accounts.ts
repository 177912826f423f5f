import type { MarketDate } from '../../domain/market/market-date.ts';
import { commissionOfPart } from '../../domain/orders/commission.ts';
import type { Instrument } from '../../domain/orders/instrument.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import { BrokerError, type BrokerReport } from '../../ports/broker-session.ts';
import { applyActions, knownThrough, loadActions } from './corporate-actions.ts';
import type { Desk, TradingRules } from './desk.ts';
import { messageOf, withoutEffect } from './failures.ts';
import { loadMarket } from './market-view.ts';
import { findAccount, keepAccount, type OpenAccount, openAccount } from './open-accounts.ts';
import type { PaperBook } from './paper-book.ts';
import type { PaperSessionOptions } from './paper-options.ts';
import type { PaperOrder } from './paper-state.ts';
import { instrumentsOf, withUnderlyings } from './placement.ts';
import type { ReportQueue } from './report-queue.ts';
import { commissionReport, executionReport, statusReport } from './reports.ts';
import { presentReports } from './statement.ts';
import { turnTo } from './trading-day.ts';

const DEFAULT_PARTIAL_SHARE = 0.5;

/** What is done with one account, in one go. */
export interface Step<T> {
  /** The orders whose instruments must have prices; its failure ends the step before anything is done. */
  orders(open: OpenAccount): readonly PlannedOrder[];
  /** What has to be priced besides. */
  instruments?(open: OpenAccount): readonly Instrument[];
  /** It returns a failure that is to be kept with what was done, and throws a BrokerError only where nothing was. */
  work(desk: Desk, orders: readonly PlannedOrder[], open: OpenAccount): T;
}

export interface Accounts {
  /** Opens every account of ours that the store has. */
  openAll(): Promise<void>;
  /** The accounts that were opened. */
  names(): readonly string[];
  /**
   * Does a step on an account when those before it are done, keeps it, then publishes its reports and answers with them.
   * BROKER_NOT_READY (no effect) where account, day or prices cannot be read; BROKER_UNAVAILABLE (effect unknown) where
   * it could not be kept.
   */
  step<T>(account: string, step: Step<T>): Promise<{ readonly result: T; readonly reports: readonly BrokerReport[] }>;
  /** When all steps are done. */
  idle(): Promise<void>;
}

export function createAccounts(options: PaperSessionOptions, queue: ReportQueue): Accounts {
  const rules = rulesOf(options);
  const opened = new Map<string, OpenAccount>();
  const names = new Set<string>();
  const inTurn = createTurns();

  const openOnce = async (account: string): Promise<OpenAccount> => {
    const known = opened.get(account);
    if (known) return known;
    const open = await openAccount(options, account);
    opened.set(account, open);
    names.add(account);
    // Whatever an earlier process kept and did not tell is told now, and what it told is repeated.
    queue.publish(account, presentReports(open.book));
    return open;
  };
  const keep = async (open: OpenAccount, isNewDay: boolean) => {
    try {
      await keepAccount(options, open, isNewDay);
    } catch (error) {
      // What the store has now is the truth: it is read again before anything else is done.
      opened.delete(open.account);
      const message = `account ${open.account} could not be kept: ${messageOf(error)}`;
      throw new BrokerError(message, { code: 'BROKER_UNAVAILABLE', effect: 'unknown' }, { cause: error });
    }
  };
  const publishKept = async (open: OpenAccount, isNewDay: boolean): Promise<readonly BrokerReport[]> => {
    await keep(open, isNewDay);
    const reports = open.book.takeReports();
    queue.publish(open.account, reports);
    return reports;
  };
  const untilHeard = async ({ account, book }: OpenAccount) => {
    const isWaiting = () => [...book.orders.values()].some((order) => isUntold(queue, book, order));
    if (!isWaiting()) return;
    queue.publish(account, queue.failed(account));
    await queue.drained();
    if (isWaiting()) throw withoutEffect('BROKER_NOT_READY', `nobody hears what account ${account} has to tell`);
  };
  const beginDay = async (open: OpenAccount, today: MarketDate, through: MarketDate) => {
    const { book } = open;
    const due = await readable('the splits and dividends', () => loadActions(open, through, () => untilHeard(open)));
    if (today !== book.day) turnTo(book, today, (order) => isUntold(queue, book, order));
    applyActions(book, due, through);
    open.sizes.clear();
    open.resting.clear();
    await publishKept(open, true);
  };
  const doStep = async <T>(account: string, step: Step<T>) => {
    const open = await openOnce(account);
    const { book } = open;
    const today = await readable('the day', () => open.market.today());
    book.beginStep(options.clock.now());
    const through = knownThrough(open, today);
    if (today !== book.day || through > book.actionsThrough) await beginDay(open, today, through);
    book.beginStep(options.clock.now());
    const orders = step.orders(open);
    const wanted = withUnderlyings([...instrumentsOf(orders), ...(step.instruments?.(open) ?? [])]);
    const market = await readable('a price', () => loadMarket(open.market, wanted, open.sizes));
    const result = attempt(
      () => step.work({ book, market, rules }, orders, open),
      () => opened.delete(account),
    );
    return { result, reports: await publishKept(open, false) };
  };

  return {
    async openAll() {
      for (const account of await options.store.accounts()) {
        if ((await findAccount(options, account)) !== null) await inTurn(account, () => openOnce(account));
      }
    },
    names: () => [...names],
    step: (account, step) => inTurn(account, () => doStep(account, step)),
    idle: inTurn.idle,
  };
}

/** Whether somebody has yet to hear of the order as it is, or of one of its executions. */
function isUntold(queue: ReportQueue, book: PaperBook, order: PaperOrder): boolean {
  const executions = book.executionsOf(order.brokerOrderId);
  const reports = [statusReport(order), ...executions.map(executionReport), ...executions.map(commissionReport)];
  return reports.some(({ key }) => queue.isUntold(key));
}

/** Where work fails half way, its account is dropped from memory: the store has it as it was. */
function attempt<T>(work: () => T, drop: () => void): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BrokerError)) drop();
    throw error;
  }
}

/** BROKER_NOT_READY, without effect, for what cannot be read at the moment. */
async function readable<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    throw withoutEffect('BROKER_NOT_READY', `the paper broker cannot read ${what}: ${messageOf(error)}`, error);
  }
}

function rulesOf(options: PaperSessionOptions): TradingRules {
  return {
    seed: options.seed,
    slippageBps: options.slippageBps ?? 0,
    partialFillProbability: options.partialFillProbability ?? 0,
    partialFillShare: options.partialFillShare ?? DEFAULT_PARTIAL_SHARE,
    rejectProbability: options.rejectProbability ?? 0,
    commission: options.commission ?? commissionOfPart,
    allowShort: options.allowShort ?? true,
    grid: options.grid ?? {},
  };
}

/** Work on one account is done one after the other; work on several side by side. A failure does not stop the next. */
function createTurns() {
  const tails = new Map<string, Promise<unknown>>();
  const inTurn = <T>(account: string, work: () => Promise<T>): Promise<T> => {
    const result = (tails.get(account) ?? Promise.resolve()).then(work);
    const tail = result
      .catch(() => undefined)
      .then(() => {
        if (tails.get(account) === tail) tails.delete(account);
      });
    tails.set(account, tail);
    return result;
  };
  return Object.assign(inTurn, { idle: async () => void (await Promise.all(tails.values())) });
}
