import { reconnectDelayMs } from './backoff.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { messageOf } from './failures.ts';
import { startHeartbeat } from './heartbeat.ts';

export interface LinkOptions extends ConnectionOptions {
  readonly heartbeatMs: number;
  readonly heartbeatDeadlineMs: number;
  /** In [0, 1): spreads the attempts of many clients. */
  readonly random: () => number;
  /** Makes a new connection usable; where it fails the connection is given up and the next attempt follows. */
  readonly prepare: (connection: Connection) => Promise<void>;
  readonly onUp: (connection: Connection) => void;
  /** Called when a connection is over that was up, and after each attempt that failed. */
  readonly onDown: (reason: Error) => void;
}

export interface Link {
  close(reason: Error): void;
}

/** Keeps one connection to a gateway alive until it is closed: every attempt is a new connection, each later than the last. */
export function keepConnected(options: LinkOptions): Link {
  const { timers, log, clientId } = options;
  let attempt = 0;
  const ending = new AbortController();
  let current: Connection | null = null;
  let cancelRetry: () => void = () => undefined;

  const connect = async () => {
    let connection: Connection | null = null;
    try {
      connection = await openConnection(options, ending.signal);
      current = connection;
      startHeartbeat(connection, {
        everyMs: options.heartbeatMs,
        deadlineMs: options.heartbeatDeadlineMs,
        timers,
      });
      connection.onClosed(retry);
      await options.prepare(connection);
      if (!connection.isOpen) return;
      attempt = 0;
      options.onUp(connection);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(messageOf(error));
      // A connection that was opened reports its end itself, once.
      if (connection) connection.close(reason);
      else retry(reason);
    }
  };
  const retry = (reason: Error) => {
    current = null;
    if (ending.signal.aborted) return;
    options.onDown(reason);
    const delayMs = reconnectDelayMs(attempt, options.random());
    attempt += 1;
    log.warn({ clientId, attempt, delayMs }, `not connected to Interactive Brokers: ${reason.message}`);
    cancelRetry = timers.after(delayMs, () => void connect());
  };

  void connect();
  return {
    close(reason) {
      ending.abort(reason);
      cancelRetry();
      current?.close(reason);
    },
  };
}
