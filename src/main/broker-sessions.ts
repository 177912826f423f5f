import { randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { applyDueActions } from '../../activities/accounting/apply-actions.ts';
import { dueActions } from '../../activities/accounting/due-actions.ts';
import { createBrokerOrderIds } from '../../db/repositories/broker-order-ids.ts';
import { createPaperStore } from '../../db/repositories/paper-store.ts';
import type { DB } from '../../db/schema.gen.ts';
import { createIbkrSession } from '../adapters/ibkr/session.ts';
import { systemTimers } from '../adapters/ibkr/timers.ts';
import { createPaperSession } from '../adapters/paper/session.ts';
import type { Config } from '../config.ts';
import { actionsDay } from '../domain/accounting/actions-day.ts';
import type { BrokerSession } from '../ports/broker-session.ts';
import type { Clock, MarketClock } from '../ports/clock.ts';
import type { CorporateActionBooks } from '../ports/corporate-actions.ts';
import { isLive, type MarketDataSources } from '../ports/market-data.ts';
import type { Quotes } from '../ports/quotes.ts';
import { BrokerName, type Gateway, type TradingAccount, type TradingAccounts } from '../ports/trading-accounts.ts';

/** What sessions with brokers are made from. */
export interface SessionParts {
  readonly config: Config;
  readonly db: Kysely<DB>;
  readonly accounts: TradingAccounts;
  readonly quotes: Quotes;
  readonly marketData: MarketDataSources;
  readonly corporateActions: CorporateActionBooks;
  readonly marketClock: MarketClock;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface OpenedSession {
  readonly session: BrokerSession;
  /** Where it connects to; null for the paper broker. */
  readonly gateway: Gateway | null;
  /** Lets the broker look at the market again, where it does not do so by itself. */
  marketMoved(): Promise<void>;
}

/** A session with the broker of one account, which connects by itself. Only who holds the account's lock may open one. */
export async function openBrokerSession(parts: SessionParts, account: TradingAccount): Promise<OpenedSession> {
  if (account.broker === BrokerName.paper) return openPaperSession(parts, account);
  // Where the simulator stands for Interactive Brokers it does so for every account: no real gateway is reached by mistake.
  const own = parts.config.ibkr.simulated ? null : account.gateway;
  const gateway = own ?? (await gatewayOfService(parts, account));
  return { session: openIbkrSession(parts, account, gateway), gateway, marketMoved: async () => undefined };
}

function openPaperSession(parts: SessionParts, account: TradingAccount) {
  const { config, db, quotes, marketClock, clock, log } = parts;
  const session = createPaperSession({
    account: async (number) =>
      number === account.brokerAccount
        ? {
            openingCashUsd: account.initialBalanceUsd,
            market: {
              today: () => marketClock.today(account.priceSource),
              quote: (instrument) => quotes.quote(account, instrument),
              actions: {
                through: (today) =>
                  actionsDay(isLive(parts.marketData, account.priceSource), today, clock.now().getTime()),
                due: (symbols, window) => dueActions(parts.marketData.source(account.priceSource), symbols, window),
                book: async (through) => void (await applyDueActions(parts, account, through)),
              },
            },
          }
        : null,
    store: createPaperStore(db, account.brokerAccount),
    clock,
    log,
    ...config.paper,
  });
  return { session, gateway: null, marketMoved: () => session.marketMoved() };
}

/** Every account has a client id of its own: an order can be changed and cancelled only under the id that placed it. */
async function gatewayOfService({ config, accounts }: SessionParts, account: TradingAccount): Promise<Gateway> {
  const ofIbkr = (await accounts.list()).filter(({ broker }) => broker === BrokerName.ibkr);
  const index = ofIbkr
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .findIndex(({ accountId }) => accountId === account.accountId);
  const { host, port, clientId } = config.ibkr;
  return { host, port, clientId: clientId + Math.max(0, index) };
}

function openIbkrSession({ config, db, clock, log }: SessionParts, account: TradingAccount, gateway: Gateway) {
  const { floor, orderIds } = createBrokerOrderIds(db, account.accountId);
  return createIbkrSession({
    ...{ ...gateway, simulated: config.ibkr.simulated, clock, orderIds, log },
    accounts: [account.brokerAccount],
    nextOrderIdFloor: floor,
    timers: systemTimers,
    random: () => randomInt(1_000_000) / 1_000_000,
  });
}
