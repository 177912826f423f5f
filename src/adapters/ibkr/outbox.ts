import type { IBApi } from '@stoqey/ib';
import { notReady } from './failures.ts';
import { createPacer, MESSAGES_PER_SECOND, type Priority } from './pacing.ts';
import type { Timers } from './timers.ts';

/** Messages of one connection on their way to its socket. */
export interface Outbox {
  /** Resolves when the message is written; fails with BROKER_NOT_READY, effect none, when it never was. */
  send(priority: Priority, write: (ib: IBApi) => void): Promise<void>;
  /** Nothing is written any more; what waits fails. */
  close(): void;
}

export function createOutbox(ib: IBApi, timers: Timers): Outbox {
  const pacer = createPacer(MESSAGES_PER_SECOND, timers);
  const unwritten = new Set<() => void>();
  let isClosed = false;
  return {
    send: (priority, write) =>
      new Promise((resolve, reject) => {
        const giveUp = () => {
          unwritten.delete(giveUp);
          reject(notReady('the connection ended before the message was sent'));
        };
        if (isClosed) return giveUp();
        unwritten.add(giveUp);
        pacer.submit(priority, () => {
          if (!unwritten.delete(giveUp)) return;
          // The library would keep it for the next connection.
          if (!ib.isConnected) return giveUp();
          try {
            write(ib);
            resolve();
          } catch (error) {
            reject(error as Error);
          }
        });
      }),
    close() {
      isClosed = true;
      pacer.clear();
      for (const giveUp of [...unwritten]) giveUp();
    },
  };
}
