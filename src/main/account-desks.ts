import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { HeldLock } from '../../db/lock-session.ts';
import type { TradingAccount, TradingAccounts } from '../ports/trading-accounts.ts';
import type { AccountDesk } from './account-desk.ts';

const LOOK_EVERY_MS = 1_000;

export interface DesksOptions {
  readonly accounts: TradingAccounts;
  readonly log: Logger;
  /** Between two looks at the accounts; a second when absent. */
  readonly lookEveryMs?: number;
  /** The lock on an account's broker session; null where another process has it. */
  tryHold(name: string): Promise<HeldLock | null>;
  open(account: TradingAccount, lock: HeldLock): Promise<AccountDesk>;
}

/**
 * A desk for each trading account that no other process serves; of several processes one owns an account, and another takes
 * over when it dies. New accounts get theirs within a second or two.
 */
export function startAccountDesks(options: DesksOptions): { stop(): Promise<void> } {
  const { accounts, log, tryHold, lookEveryMs = LOOK_EVERY_MS } = options;
  const desks = new Map<string, AccountDesk>();
  const stopping = new AbortController();

  /** Looks under way, by account: one account's slow broker must not keep the others waiting. */
  const looks = new Map<string, Promise<void>>();

  /** Begins one look at the account unless the last one is not over yet. */
  const lookAt = (accountId: string, work: () => Promise<void>) => {
    if (looks.has(accountId) || stopping.signal.aborted) return;
    const look = work()
      .catch((error: unknown) => log.warn({ accountId, error: String(error) }, 'a desk could not be looked after'))
      .finally(() => looks.delete(accountId));
    looks.set(accountId, look);
  };
  const lookAfter = async (desk: AccountDesk) => {
    if (await desk.isOwner()) return desk.lookAround();
    log.warn({ accountId: desk.accountId }, 'the lock on the broker session is lost: closing the desk');
    await close(desk);
  };
  const open = async (account: TradingAccount) => {
    const lock = await tryHold(`broker-session/${account.accountId}`);
    if (lock === null) return;
    try {
      follow(await options.open(account, lock));
    } catch (error) {
      await lock.release();
      throw error;
    }
  };
  const lookAround = async () => {
    for (const [accountId, desk] of desks) lookAt(accountId, () => lookAfter(desk));
    for (const account of await accounts.list()) {
      if (account.strategyId !== null || desks.has(account.accountId)) continue;
      lookAt(account.accountId, () => open(account));
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
      await lookAround().catch((error: unknown) =>
        log.warn({ error: String(error) }, 'the accounts could not be listed'),
      );
      await delay(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await watching;
      // One that opens its desk now would be forgotten.
      await Promise.all(looks.values());
      await Promise.all([...desks.values()].map(close));
    },
  };
}
