import { errorCodeOf, FoliosError } from '../contracts/errors.ts';
import type { PriceSource } from '../contracts/schemas/strategy.ts';
import type { MarketDate } from '../domain/market/market-date.ts';
import type { RiskLimits } from '../domain/orders/risk-limits.ts';
import type { MarketClock } from '../ports/clock.ts';
import type { MarketDataSources } from '../ports/market-data.ts';
import {
  BrokerName,
  type Gateway,
  type NewTradingAccount,
  type TradingAccount,
  type TradingAccounts,
} from '../ports/trading-accounts.ts';

export interface AccountToOpen {
  readonly name: string;
  readonly broker: BrokerName;
  readonly brokerAccount: string | null;
  readonly balanceUsd: string | null;
  /** Null for the usual one: live prices where the broker is real, otherwise replayed history. */
  readonly priceSource: PriceSource | null;
  /** Of the risk gate, where they differ from the defaults. */
  readonly limits: Partial<RiskLimits>;
  /** Its own gateway at Interactive Brokers; null or left out for the service's. */
  readonly gateway?: Gateway | null;
}

/** What opening an account works with. */
export interface OpenAccountPorts {
  readonly accounts: Pick<TradingAccounts, 'find' | 'open'>;
  /** The day on which an account's market stands. */
  readonly marketDay: MarketClock['today'];
  readonly marketData: MarketDataSources;
  readonly isIbkrSimulated: boolean;
  readonly now: () => Date;
}

/** Letters, digits, dots, dashes; a slash is kept for research accounts, `strategy/provider`. */
const NAME = /^[a-z][a-z0-9.-]{0,39}$/;
const IBKR_ACCOUNT = /^[A-Z]{1,4}\d{4,12}$/;

/** Opens an account, once: the same again finds it as it is (`opened: false`). INPUT_INVALID, TICKET_CONFLICT, BROKER_NOT_READY. */
export async function openTradingAccount(
  ports: OpenAccountPorts,
  wanted: AccountToOpen,
): Promise<{ readonly opened: boolean; readonly account: TradingAccount }> {
  const opening = checked(wanted, ports.isIbkrSimulated);
  const known = await ports.accounts.find(wanted.name);
  const openedOn = known?.openedOn ?? (await ports.marketDay(opening.priceSource));
  if (known === null && opening.priceSource === 'ibkr') await requireGateway(ports, openedOn);
  const account = await ports.accounts.open({ ...opening, openedOn }, ports.now());
  return { opened: known === null, account };
}

/** Without a gateway the account would have no prices: better heard now than as an order that waits. */
async function requireGateway({ marketData }: OpenAccountPorts, day: MarketDate): Promise<void> {
  try {
    await marketData.source('ibkr').benchmark(day);
  } catch (error) {
    // There is one; that it does not tell the index says nothing of shares.
    if (errorCodeOf(error) !== 'QUOTE_UNAVAILABLE') throw error;
  }
}

function checked(wanted: AccountToOpen, isIbkrSimulated: boolean): Omit<NewTradingAccount, 'openedOn'> {
  const { name, broker, brokerAccount, balanceUsd, limits, gateway = null } = wanted;
  const isSimulated = broker === BrokerName.paper || isIbkrSimulated;
  const priceSource = wanted.priceSource ?? (isSimulated ? 'replay' : 'yahoo');
  if (!NAME.test(name)) {
    const message = `"${name}" is no account name: up to 40 small letters, digits, dots and dashes, a letter first`;
    throw new FoliosError('INPUT_INVALID', message);
  }
  if (broker === BrokerName.paper) {
    if (brokerAccount !== null)
      throw new FoliosError('INPUT_INVALID', '--broker-account is for a real broker’s account');
    if (gateway !== null) throw new FoliosError('INPUT_INVALID', 'the paper broker has no gateway');
    if (balanceUsd === null) throw new FoliosError('INPUT_INVALID', 'a paper account begins with --balance <usd>');
    return { name, broker, priceSource, limits, initialBalanceUsd: balanceUsd };
  }
  if (brokerAccount === null || !IBKR_ACCOUNT.test(brokerAccount)) {
    throw new FoliosError('INPUT_INVALID', 'an IBKR account has its number, as in --broker-account DU1234567');
  }
  // Its books are opened with what the broker holds, once there is a session with it.
  if (balanceUsd !== null)
    throw new FoliosError('INPUT_INVALID', 'what an IBKR account begins with, the broker says: no --balance');
  const own = gateway === null ? {} : { gateway };
  return { name, broker, brokerAccount, priceSource, limits, initialBalanceUsd: '0', ...own };
}
