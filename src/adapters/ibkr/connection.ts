import { ErrorCode, EventName, IBApi } from '@stoqey/ib';
import { BrokerError } from '../../ports/broker-session.ts';
import { saysBrokerBack, saysBrokerLost, TwsCode } from './error-codes.ts';
import { messageOf, noAnswer, notReady } from './failures.ts';
import type { IbkrLog } from './log.ts';
import { createOutbox } from './outbox.ts';
import type { Priority } from './pacing.ts';
import type { Timers } from './timers.ts';

/** Far above our own pace: a message that waited in the library's queue could not be overtaken by a cancel. */
const NEVER_REACHED_PER_SECOND = 10_000;

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
  /** How long the gateway may take from the connect to its next valid order id. */
  readonly connectDeadlineMs: number;
  readonly timers: Timers;
  readonly log: IbkrLog;
}

/** A listener names the arguments of its event as the library declares them. */
export type Listener = (...args: never[]) => void;

/** One socket to a gateway from its handshake to its end; a new one has a new IBApi, which remembers nothing. */
export interface Connection {
  readonly nextValidId: number;
  readonly accounts: readonly string[];
  /** When the gateway sent something last, by `timers.elapsedMs`. */
  readonly lastReceivedMs: number;
  readonly isOpen: boolean;
  /** Whether the gateway said last that it is itself without its broker. */
  readonly isBrokerLost: boolean;
  /** Resolves when the message is written to the socket; fails with effect none when it never was. */
  send(priority: Priority, write: (ib: IBApi) => void): Promise<void>;
  /** A listener that throws is logged: an exception would end the process from inside the socket. */
  listen(event: EventName, listener: Listener): () => void;
  /** Called once, at once where it is over already, unless the returned function is called before. */
  onClosed(listener: (reason: Error) => void): () => void;
  close(reason: Error): void;
}

/**
 * Connects and waits until the gateway takes requests. Fails with BROKER_SESSION_CONFLICT where the client id is taken,
 * else with BROKER_UNAVAILABLE; nothing was sent that could have had an effect. `signal` gives the attempt up.
 */
export function openConnection(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  const { clientId, timers, log } = options;
  const ib = new IBApi({ host: options.host, port: options.port, maxReqPerSec: NEVER_REACHED_PER_SECOND });
  const socket = watchSocket(ib, options);
  const where = `${options.host}:${options.port} as client ${clientId}`;

  return new Promise((resolve, reject) => {
    let accounts: readonly string[] = [];
    let nextId: number | null = null;
    const cancelDeadline = timers.after(options.connectDeadlineMs, () =>
      socket.close(noAnswer(`the handshake with ${where}`)),
    );
    socket.onClosed((reason) => {
      cancelDeadline();
      reject(reason);
    });
    const settle = () => {
      if (nextId === null || accounts.length === 0) return;
      cancelDeadline();
      const opened = Object.assign(socket, { nextValidId: nextId, accounts });
      // The library takes requests only after the listener of its next valid id has returned.
      queueMicrotask(() => resolve(opened));
    };
    socket.listen(EventName.managedAccounts, (list: string) => {
      accounts = list.split(',').filter((account) => account !== '');
      settle();
    });
    socket.listen(EventName.nextValidId, (nextValidId: number) => {
      nextId ??= nextValidId;
      settle();
    });
    const giveUp = () => socket.close(notReady('closed while connecting'));
    signal.addEventListener('abort', giveUp, { once: true });
    socket.onClosed(() => signal.removeEventListener('abort', giveUp));
    if (signal.aborted) return giveUp();
    log.info({ clientId }, `connecting to ${where}`);
    ib.connect(clientId);
  });
}

type Socket = Omit<Connection, 'nextValidId' | 'accounts'>;

function watchSocket(ib: IBApi, options: ConnectionOptions): Socket {
  const { timers, log } = options;
  const closedListeners = new Set<(reason: Error) => void>();
  const outbox = createOutbox(ib, timers);
  let closedBy: Error | null = null;
  let lastFailure: Error | null = null;
  let isBrokerLost = false;
  let lastReceivedMs = timers.elapsedMs();

  const listen = (event: EventName, listener: Listener) => listenGuarded(ib, log, event, listener);
  const close = (reason: Error) => {
    if (closedBy) return;
    closedBy = reason;
    outbox.close();
    ib.disconnect();
    for (const listener of [...closedListeners]) listener(reason);
    ib.removeAllListeners();
  };
  const noteFailure = (message: string, code: number) => {
    lastFailure = connectFailure(options, message, code) ?? lastFailure;
    if (code === ErrorCode.UNKNOWN_ID) log.error({ code, message }, 'a message could not be decoded');
  };

  listen(EventName.received, () => {
    lastReceivedMs = timers.elapsedMs();
  });
  listen(EventName.info, (message: string, code: number) => {
    if (saysBrokerLost(code) || saysBrokerBack(code)) isBrokerLost = saysBrokerLost(code);
    noteFailure(message, code);
  });
  listen(EventName.error, (error: Error, code: number) => noteFailure(error.message, code));
  listen(EventName.disconnected, () => close(lastFailure ?? noAnswer('the gateway closed the connection')));

  return {
    get lastReceivedMs() {
      return lastReceivedMs;
    },
    get isBrokerLost() {
      return isBrokerLost;
    },
    get isOpen() {
      return closedBy === null;
    },
    listen,
    close,
    send: outbox.send,
    onClosed(listener) {
      if (closedBy) listener(closedBy);
      else closedListeners.add(listener);
      return () => void closedListeners.delete(listener);
    },
  };
}

function listenGuarded(ib: IBApi, log: IbkrLog, event: EventName, listener: Listener): () => void {
  const guarded = (...args: unknown[]) => {
    try {
      (listener as (...args: unknown[]) => void)(...args);
    } catch (error) {
      log.error({ event, error: messageOf(error) }, 'a message of the gateway could not be handled');
    }
  };
  ib.addListener(event, guarded);
  return () => void ib.removeListener(event, guarded);
}

/** What a message of the gateway says of why there is no connection; null where it says nothing of it. */
function connectFailure({ host, port, clientId }: ConnectionOptions, message: string, code: number): Error | null {
  if (code === ErrorCode.CONNECT_FAIL) return noAnswer(`${host}:${port}: ${message}`);
  if (code !== TwsCode.clientIdInUse) return null;
  return new BrokerError(`client id ${clientId} is in use at ${host}:${port}: ${message}`, {
    ...{ code: 'BROKER_SESSION_CONFLICT', effect: 'none', brokerCode: code },
  });
}
