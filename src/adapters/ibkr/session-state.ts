import { BrokerError, type SessionState } from '../../ports/broker-session.ts';
import type { Connection } from './connection.ts';
import { notReady } from './failures.ts';
import type { LiveSession } from './live-session.ts';
import type { IbkrLog } from './log.ts';

export interface StateMachine {
  readonly state: SessionState;
  onState(listener: (state: SessionState) => void): void;
  /** The connection is prepared; whether it takes orders depends on the gateway's own connection. */
  up(session: LiveSession): void;
  down(reason: Error): void;
  /** The gateway lost its broker, or has it back and what was missed has been read. */
  brokerReachable(isReachable: boolean): void;
  close(): void;
  /** The connection that takes orders. BROKER_NOT_READY or BROKER_SESSION_CONFLICT, both without effect, where there is none. */
  requireReady(): LiveSession;
  /** The same, and that it is still this connection. */
  requireConnection(connection: Connection): void;
}

/** connecting → ready ⇄ broker_unreachable, from each back to connecting, and closed for ever. */
export function createStateMachine(log: IbkrLog, clientId: number): StateMachine {
  const listeners: ((state: SessionState) => void)[] = [];
  let state: SessionState = 'connecting';
  let live: LiveSession | null = null;
  let isReachable = true;
  let lastFailure: Error | null = null;

  const update = () => {
    const next = live === null ? 'connecting' : isReachable ? 'ready' : 'broker_unreachable';
    if (state !== 'closed') become(next);
  };
  const become = (next: SessionState) => {
    if (state === next) return;
    state = next;
    log.info({ clientId, state }, 'the session with Interactive Brokers changed');
    for (const listener of [...listeners]) listener(next);
  };
  const requireReady = (): LiveSession => {
    if (live && state === 'ready') return live;
    if (lastFailure instanceof BrokerError && lastFailure.code === 'BROKER_SESSION_CONFLICT') throw lastFailure;
    throw notReady(`the session is ${state}${lastFailure ? `: ${lastFailure.message}` : ''}`);
  };

  return {
    get state() {
      return state;
    },
    onState(listener) {
      listeners.push(listener);
      listener(state);
    },
    up(session) {
      live = session;
      lastFailure = null;
      update();
    },
    down(reason) {
      live = null;
      lastFailure = reason;
      isReachable = true;
      update();
    },
    brokerReachable(reachable) {
      isReachable = reachable;
      update();
    },
    close() {
      live = null;
      lastFailure = null;
      become('closed');
    },
    requireReady,
    requireConnection(connection) {
      if (requireReady().connection !== connection) throw notReady('the connection was replaced');
    },
  };
}
