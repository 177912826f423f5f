import { AlertKind } from '../domain/alerts/alert.ts';
import type { AlertBooks } from '../ports/alerts.ts';
import type { Clock } from '../ports/clock.ts';
import type { TradingAccount } from '../ports/trading-accounts.ts';

/** A connection that comes back sooner is nobody's trouble. */
const LOST_AFTER_MS = 60_000;

export interface ConnectionWatch {
  /** Called about every second, with whether the session is ready. */
  look(isReady: boolean): Promise<void>;
}

/**
 * Alerts of a broker session that is not ready for longer than a minute, and of its return. What was said last is asked of
 * the alerts themselves, so that a process that takes over goes on where the dead one was.
 */
export function createConnectionWatch(
  { accountId, name, broker }: Pick<TradingAccount, 'accountId' | 'name' | 'broker'>,
  { alerts, clock }: { readonly alerts: Pick<AlertBooks, 'raise' | 'isConnectionLost'>; readonly clock: Clock },
): ConnectionWatch {
  let lostSince: Date | null = null;
  /** Null until it was asked. */
  let isTold: boolean | null = null;
  const raise = (
    kind: typeof AlertKind.connectionLost | typeof AlertKind.connectionRestored,
    subject: string,
    text: string,
  ) =>
    alerts.raise({
      ...{ kind, subject, text, strategyId: null, accountId, workflowId: null, at: clock.now() },
      // Every loss and every return is news.
      dedupeKey: `${kind}/${accountId}/${clock.now().getTime()}`,
    });
  return {
    async look(isReady) {
      isTold ??= await alerts.isConnectionLost(accountId);
      if (isReady) {
        lostSince = null;
        if (!isTold) return;
        await raise(
          AlertKind.connectionRestored,
          `the connection to ${broker} is back (${name})`,
          'orders go out again',
        );
        isTold = false;
        return;
      }
      lostSince ??= clock.now();
      if (isTold || clock.now().getTime() - lostSince.getTime() < LOST_AFTER_MS) return;
      const text = `not ready since ${lostSince.toISOString()}; nothing is sent, and nothing is known of working orders`;
      await raise(AlertKind.connectionLost, `the connection to ${broker} is lost (${name})`, text);
      isTold = true;
    },
  };
}
