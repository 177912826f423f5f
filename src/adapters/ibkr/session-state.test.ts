import { describe, expect, test } from '@jest/globals';
import { BrokerError } from '../../ports/broker-session.ts';
import type { Connection } from './connection.ts';
import type { LiveSession } from './live-session.ts';
import { createStateMachine } from './session-state.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const session = () => ({ connection: {} as Connection }) as LiveSession;
const refusal = (call: () => unknown) => {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
};

describe('the state of a session', () => {
  test('is ready only with a connection that reaches the broker, and every change is told once', () => {
    const machine = createStateMachine(log, 1);
    const states: string[] = [];
    machine.onState((state) => void states.push(state));
    machine.up(session());
    machine.brokerReachable(false);
    machine.brokerReachable(false);
    machine.brokerReachable(true);
    machine.down(new Error('lost'));
    machine.brokerReachable(false);
    machine.up(session());
    machine.close();
    machine.up(session());
    machine.down(new Error('late'));
    expect(states).toEqual([
      ...['connecting', 'ready', 'broker_unreachable', 'ready', 'connecting', 'broker_unreachable', 'closed'],
    ]);
  });

  test('hands out the present connection only', () => {
    const machine = createStateMachine(log, 1);
    const [first, second] = [session(), session()];
    expect(refusal(() => machine.requireReady())).toMatchObject({ code: 'BROKER_NOT_READY', effect: 'none' });
    machine.up(first);
    expect(machine.requireReady()).toBe(first);
    machine.down(new Error('lost'));
    machine.up(second);
    expect(refusal(() => machine.requireConnection(first.connection))).toMatchObject({ code: 'BROKER_NOT_READY' });
    expect(refusal(() => machine.requireConnection(second.connection))).toBeNull();
  });

  test('says that somebody else has the client id, until a connection is there', () => {
    const machine = createStateMachine(log, 1);
    machine.down(new BrokerError('in use', { code: 'BROKER_SESSION_CONFLICT', effect: 'none', brokerCode: 326 }));
    expect(refusal(() => machine.requireReady())).toMatchObject({ code: 'BROKER_SESSION_CONFLICT', effect: 'none' });
    machine.up(session());
    machine.down(new Error('lost'));
    expect(refusal(() => machine.requireReady())).toMatchObject({ code: 'BROKER_NOT_READY' });
  });
});
