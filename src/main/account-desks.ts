import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { HeldLock } from '../../db/lock-session.ts';
import type { TradingAccount, TradingAccounts } from '../ports/trading-accounts.ts';
import type { AccountDesk } from './account-desk.ts';

const LOOK_EVERY_MS = 1_000;

export interface DesksOptions {
  readonly accounts: TradingAccounts;
  readonly log: Logger;
  /** The lock on an account's broker session; null where another process has it. */
  tryHold(name: string): Promise<HeldLock | null>;
  open(account: TradingAccount, lock: HeldLock): Promise<AccountDesk>;
}

/**
 * A desk for each trading account that no other process serves; of several processes one owns an account, and another takes
 * over when it dies. New accounts get theirs within a second or two.
 */
export function startAccountDesks(options: DesksOptions): { stop(): Promise<void> } {
  const { accounts, log, tryHold } = options;
  const desks = new Map<string, AccountDesk>();
  const stopping = new AbortController();

  const look = async () => {
    for (const desk of desks.values()) {
      if (await desk.isOwner()) {
        await desk.lookAround();
        continue;
      }
      log.warn({ accountId: desk.accountId }, 'the lock on the broker session is lost: closing the desk');
      await close(desk);
    }
    const served = (await accounts.list()).filter(({ strategyId }) => strategyId === null);
    for (const account of served) {
      if (desks.has(account.accountId) || stopping.signal.aborted) continue;
      const lock = await tryHold(`broker-session/${account.accountId}`);
      if (lock === null) continue;
      try {
        follow(await options.open(account, lock));
      } catch (error) {
        await lock.release();
        throw error;
      }
    }
  };
  const follow = (desk: AccountDesk) => {
    desks.set(desk.accountId, desk);
    desk.done.catch((error: unknown) => {
      log.error({ accountId: desk.accountId, error: String(error) }, 'the desk of an account failed');
      void close(desk);
    });
  };
  const close = async (desk: AccountDesk) => {
    if (desks.get(desk.accountId) === desk) desks.delete(desk.accountId);
    await desk.close();
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => log.warn({ error: String(error) }, 'the desks could not be looked after'));
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await watching;
      await Promise.all([...desks.values()].map(close));
    },
  };
}
