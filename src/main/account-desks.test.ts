import { afterEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import type { HeldLock } from '../../db/lock-session.ts';
import type { TradingAccount, TradingAccounts } from '../ports/trading-accounts.ts';
import type { AccountDesk } from './account-desk.ts';
import { startAccountDesks } from './account-desks.ts';

const FOR_EVER = new Promise<never>(() => undefined);

/** Desks of accounts `a`, `b` …, with what was done to each; a step that is named hangs until `letGo`. */
function stand(names: readonly string[], hanging: readonly string[]) {
  const done: string[] = [];
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>();
  const waiters = new Map<string, () => void>();
  const step = async (what: string) => {
    done.push(what);
    waiters.get(what)?.();
    if (hanging.includes(what)) await gate;
  };
  const deskOf = (accountId: string, lock: HeldLock): AccountDesk => ({
    accountId,
    done: FOR_EVER,
    isOwner: () => lock.isHeld(),
    lookAround: () => step(`look ${accountId}`),
    close: () => step(`close ${accountId}`),
  });
  const listed = names.map((accountId) => ({ accountId, strategyId: null }) as TradingAccount);
  const desks = startAccountDesks({
    accounts: { list: async () => listed } as Partial<TradingAccounts> as TradingAccounts,
    log: pino({ level: 'silent' }),
    lookEveryMs: 5,
    tryHold: async () => ({ isHeld: async () => true, release: async () => undefined }),
    async open({ accountId }, lock) {
      await step(`open ${accountId}`);
      return deskOf(accountId, lock);
    },
  });
  return {
    done,
    letGo,
    desks,
    until: (what: string) =>
      done.includes(what) ? Promise.resolve() : new Promise<void>((resolve) => waiters.set(what, resolve)),
  };
}

describe('the desks of several accounts', () => {
  let running: ReturnType<typeof stand>;
  afterEach(async () => {
    running.letGo();
    await running.desks.stop();
  });

  test('one whose broker does not open keeps no other from its desk, nor is it opened twice', async () => {
    running = stand(['a', 'b'], ['open a']);
    await running.until('look b');
    expect(running.done.filter((what) => what.endsWith(' a'))).toEqual(['open a']);
  });

  test('one that does not answer a look keeps no other from being looked after, and has one look at a time', async () => {
    running = stand(['a', 'b'], ['look a']);
    await running.until('look a');
    running.done.length = 0;
    await running.until('look b');
    expect(running.done).not.toContain('look a');
  });

  test('stopping waits for a desk that is just being opened, and closes it', async () => {
    running = stand(['a'], ['open a']);
    await running.until('open a');
    const stopped = running.desks.stop();
    running.letGo();
    await stopped;
    expect(running.done).toEqual(['open a', 'close a']);
  });
});
