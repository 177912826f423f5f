import { EventName, type IBApi } from '@stoqey/ib';
import type { Connection, Listener } from './connection.ts';
import { isWarning } from './error-codes.ts';
import { noAnswer, rejected } from './failures.ts';
import { FIRST_REQUEST_ID } from './order-ids.ts';
import { Priority } from './pacing.ts';
import type { Timers } from './timers.ts';

/** One request while it is under way. */
export interface Call<T> {
  /** Its request id, which no order and no other request of this connection has. */
  readonly id: number;
  listen(event: EventName, listener: Listener): void;
  send(write: (ib: IBApi) => void): void;
  done(answer: T): void;
  /** Called once when the request is over, however it ended. */
  onEnd(listener: () => void): void;
}

export interface Requests {
  /**
   * One question from its message to its end. Fails, always with effect none, with BROKER_REJECTED where the gateway
   * answers with an error for its id, with BROKER_UNAVAILABLE at the deadline, and with what ended the connection.
   */
  ask<T>(what: string, deadlineMs: number, start: (call: Call<T>) => void): Promise<T>;
}

export function createRequests(connection: Connection, timers: Timers): Requests {
  let nextId = FIRST_REQUEST_ID;
  const failures = new Set<(reason: Error) => void>();
  connection.onClosed((reason) => {
    for (const fail of [...failures]) fail(noAnswer('the connection ended', { cause: reason }));
  });

  return {
    ask: <T>(what: string, deadlineMs: number, start: (call: Call<T>) => void) =>
      new Promise<T>((resolve, reject) => {
        const id = nextId++;
        const undo: (() => void)[] = [];
        const end = () => {
          for (const one of undo.splice(0)) one();
        };
        const fail = (reason: Error) => {
          end();
          reject(reason);
        };
        if (!connection.isOpen) return fail(noAnswer(what));
        failures.add(fail);
        undo.push(() => failures.delete(fail));
        undo.push(timers.after(deadlineMs, () => fail(noAnswer(what))));
        const listen = (event: EventName, listener: Listener) => void undo.push(connection.listen(event, listener));
        listen(EventName.error, (error: Error, code: number, reqId: number) => {
          if (reqId === id && !isWarning(code)) fail(rejected(`${what}: ${error.message} (${code})`, code));
        });
        start({
          id,
          listen,
          send: (write) => void connection.send(Priority.query, write).catch(fail),
          onEnd: (listener) => void undo.push(listener),
          done: (answer) => {
            end();
            resolve(answer);
          },
        });
      }),
  };
}
