import { setTimeout as delay } from 'node:timers/promises';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createBrokerDeskActivities } from '../../activities/orders/desk.ts';
import type { DeskPorts } from '../../activities/orders/ports.ts';
import { reconcileAccount } from '../../activities/orders/reconcile.ts';
import { createReportFlow } from '../../activities/orders/report-flow.ts';
import type { HeldLock } from '../../db/lock-session.ts';
import { accountTaskQueue } from '../contracts/task-queues.ts';
import type { OrderNews } from '../domain/orders/order-news.ts';
import type { SessionState } from '../ports/broker-session.ts';
import type { ConnectionWatch } from './connection-watch.ts';

const COALESCE_MS = 25;
/** So often the holder of a session says that it is there. */
const RENEW_MS = 15_000;

/** What an account's desk is opened with: its lock is held already. */
export interface DeskOptions {
  readonly ports: DeskPorts;
  readonly lock: HeldLock;
  readonly connection: NativeConnection;
  readonly worker: Pick<WorkerOptions, 'namespace' | 'dataConverter' | 'plugins'>;
  /** Notes how the session stands, for whoever asks. */
  tellState(state: SessionState, at: Date): Promise<void>;
  tellTicket(ticketId: string, news: OrderNews): Promise<boolean>;
  /** Alerts of a connection that is lost for long. */
  readonly connectionWatch: ConnectionWatch;
  /** Lets the broker look at the market again, where it does not do so by itself. */
  marketMoved(): Promise<void>;
  readonly log: Logger;
}

/** The one place where an account's orders meet its broker. */
export interface AccountDesk {
  readonly accountId: string;
  /** Rejects when its worker fails; ends when it was closed. */
  readonly done: Promise<void>;
  /** False once the lock is lost: then another process may own the session. */
  isOwner(): Promise<boolean>;
  /** Lets the broker look at the market, and tells tickets what they have not been told. */
  lookAround(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Owns an account's broker session: journals what the broker tells, tells the tickets, and polls the account's queue. At
 * each connect it compares the books, so that what happened while nobody listened is journaled.
 */
export async function openAccountDesk(options: DeskOptions): Promise<AccountDesk> {
  const { ports, lock, connection, worker: workerOptions, log } = options;
  const { account, session } = ports;
  const { accountId } = account;
  const onFailure = (what: string) => (error: unknown) => log.warn({ accountId, error: messageOf(error) }, what);
  const flow = createReportFlow(accountId, {
    journal: ports.journal,
    recordReports: ports.recordReports,
    tellTicket: options.tellTicket,
    onFailure: onFailure('a ticket could not be told; it is tried again'),
    pause: () => delay(COALESCE_MS),
  });
  let toldAt = 0;
  const tellState = async () => {
    const now = ports.clock.now();
    toldAt = now.getTime();
    await options.tellState(session.state, now).catch(onFailure('the state of the session could not be noted'));
  };
  session.onReports((reports) => flow.take(reports));
  session.onState((state) => {
    log.info({ accountId, broker: account.broker, state }, 'broker session');
    void tellState();
    if (state !== 'ready') return;
    reconcileAccount(ports)
      .then(({ differences, paused }) => {
        if (differences.length > 0) log.error({ accountId, differences, paused }, 'our books and the broker differ');
        return flow.tellAll();
      })
      .catch(onFailure('the books could not be compared; the schedule asks again'));
  });
  const worker = await Worker.create({
    ...workerOptions,
    connection,
    taskQueue: accountTaskQueue(accountId),
    activities: createBrokerDeskActivities(ports),
    // A place waits for the broker's word for some seconds; what is cut off is found by `findOrders`.
    shutdownGraceTime: '5 seconds',
    shutdownForceTime: '10 seconds',
  });
  const done = worker.run();
  return {
    accountId,
    done,
    isOwner: () => lock.isHeld(),
    async lookAround() {
      await options.connectionWatch.look(session.state === 'ready');
      if (ports.clock.now().getTime() - toldAt > RENEW_MS) await tellState();
      if (session.state === 'ready') await options.marketMoved();
      await flow.tellAll();
    },
    async close() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done.catch(() => undefined);
      await session.close();
      await tellState();
      await lock.release();
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
