import { EventName } from '@stoqey/ib';
import type { BrokerProfit } from '../../contracts/activities/reconcile.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import { toDecimalString } from './ib-contract.ts';
import type { Requests } from './requests.ts';

/** It is good to know and nothing waits for it. */
const PATIENCE_MS = 2_000;
/** What the gateway writes for a number that it does not know. */
const UNKNOWN = 1e300;

/** The account's profit and loss as the gateway keeps it; null where it does not answer in time or refuses to. */
export async function askProfit(requests: Requests, account: string): Promise<BrokerProfit | null> {
  try {
    return await requests.ask<BrokerProfit>('profit and loss', PATIENCE_MS, (call) => {
      call.listen(EventName.pnl, (id: number, daily?: number, unrealized?: number, realized?: number) => {
        if (id === call.id) call.done(toProfit(daily, unrealized, realized));
      });
      // The request subscribes.
      call.onEnd(() => call.send((ib) => ib.cancelPnL(call.id)));
      call.send((ib) => ib.reqPnL(call.id, account, ''));
    });
  } catch {
    return null;
  }
}

export function toProfit(daily?: number, unrealized?: number, realized?: number): BrokerProfit {
  return { dailyUsd: cents(daily), unrealizedUsd: cents(unrealized), realizedUsd: cents(realized) };
}

function cents(amount: number | undefined): DecimalString | null {
  if (amount === undefined || !Number.isFinite(amount) || Math.abs(amount) > UNKNOWN) return null;
  return toDecimalString(Math.round(amount * 100) / 100);
}
