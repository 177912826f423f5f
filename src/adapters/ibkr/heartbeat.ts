import type { Connection } from './connection.ts';
import { noAnswer } from './failures.ts';
import { Priority } from './pacing.ts';
import type { Timers } from './timers.ts';

export interface HeartbeatOptions {
  readonly everyMs: number;
  /** Within which the gateway must say anything at all after it was asked. */
  readonly deadlineMs: number;
  readonly timers: Timers;
}

/**
 * Asks the gateway for the time again and again and closes the connection when it stays silent: a socket whose other
 * end vanished without a word would else look alive for hours.
 */
export function startHeartbeat(connection: Connection, { everyMs, deadlineMs, timers }: HeartbeatOptions): void {
  let cancelNext: () => void = () => undefined;
  connection.onClosed(() => cancelNext());
  const wait = () => {
    cancelNext = timers.after(everyMs, beat);
  };
  const beat = () => {
    connection.send(Priority.order, (ib) => ib.reqCurrentTime()).then(listenForLife, () => undefined);
  };
  const listenForLife = () => {
    if (!connection.isOpen) return;
    const askedAtMs = timers.elapsedMs();
    cancelNext = timers.after(deadlineMs, () => {
      if (connection.lastReceivedMs >= askedAtMs) wait();
      else connection.close(noAnswer(`the gateway said nothing for ${deadlineMs} ms after it was asked`));
    });
  };
  wait();
}
