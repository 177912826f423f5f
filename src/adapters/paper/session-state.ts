import type { SessionState } from '../../ports/broker-session.ts';
import { withoutEffect } from './failures.ts';

export interface StateBoard {
  readonly state: SessionState;
  become(state: 'ready' | 'closed'): void;
  /** Throws BROKER_NOT_READY. */
  assertReady(): void;
  onState(listener: (state: SessionState) => void): void;
}

/** connecting → ready → closed. */
export function createStateBoard(): StateBoard {
  const listeners: ((state: SessionState) => void)[] = [];
  let state: SessionState = 'connecting';
  return {
    get state() {
      return state;
    },
    become(next) {
      if (state === next || state === 'closed') return;
      state = next;
      for (const listener of [...listeners]) listener(next);
    },
    assertReady() {
      if (state !== 'ready') throw withoutEffect('BROKER_NOT_READY', `the paper broker's session is ${state}`);
    },
    onState(listener) {
      listeners.push(listener);
      listener(state);
    },
  };
}
