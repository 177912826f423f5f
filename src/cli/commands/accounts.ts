import { errorCodeOf, FoliosError } from '../../contracts/errors.ts';
import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { dec, formatUsd } from '../../domain/money/decimal.ts';
import type { RiskLimits } from '../../domain/orders/risk-limits.ts';
import { strictestMode, type TradingMode } from '../../domain/orders/trading-mode.ts';
import { BrokerName, type NewTradingAccount, type TradingAccount } from '../../ports/trading-accounts.ts';
import type { TradingModeChange } from '../../ports/trading-switch.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { usdString } from '../text/amounts.ts';
import { renderTable } from '../text/table.ts';
import { exposureOf } from './flatten-account.ts';

interface AccountRow {
  readonly account: TradingAccount;
  readonly cashUsd: string;
  readonly positionsUsd: string;
  readonly totalUsd: string;
  readonly workingOrders: number;
  readonly mode: TradingMode;
}

/** Every account, those of research among them, with what it holds at the last marks and whether it may trade. */
export async function listAccounts(context: CliContext, view: View): Promise<CommandResult> {
  const [accounts, restrictions] = await Promise.all([
    context.accounts.list(),
    context.tradingSwitch.listRestrictions(),
  ]);
  const rows = await Promise.all(accounts.map((account) => rowOf(context, account, restrictions)));
  const document = { accounts: rows.map(({ account, ...row }) => ({ ...account, ...row })) };
  if (rows.length === 0) return { document, text: 'No accounts yet: folios account open demo --balance 100000' };
  const text = renderTable<AccountRow>(
    [
      { head: 'account', cell: ({ account }) => account.name, shrink: 'cut' },
      { head: 'broker', cell: ({ account }) => account.broker },
      { head: 'number', cell: numberAtBroker },
      { head: 'opened', cell: ({ account }) => account.openedOn },
      { head: 'cash $', align: 'right', cell: ({ cashUsd }) => formatUsd(cashUsd) },
      { head: 'positions $', align: 'right', cell: ({ positionsUsd }) => formatUsd(positionsUsd) },
      { head: 'total $', align: 'right', cell: ({ totalUsd }) => formatUsd(totalUsd) },
      { head: 'working', align: 'right', cell: ({ workingOrders }) => String(workingOrders) },
      { head: 'trading', cell: ({ mode }) => mode.replace('_', '-') },
    ],
    rows,
    view.width,
  );
  return { document, text };
}

async function rowOf(
  context: CliContext,
  account: TradingAccount,
  restrictions: readonly TradingModeChange[],
): Promise<AccountRow> {
  const { cashUsd, netLiquidationUsd, working } = await exposureOf(context, account);
  const own = restrictions.filter(({ accountId }) => accountId === null || accountId === account.accountId);
  return {
    account,
    cashUsd: usdString(cashUsd),
    positionsUsd: usdString(dec(netLiquidationUsd).minus(cashUsd)),
    totalUsd: usdString(netLiquidationUsd),
    workingOrders: working.length,
    mode: strictestMode(own.map(({ mode }) => mode)),
  };
}

/** A paper account's number is its own id: the beginning says which. */
function numberAtBroker({ account }: AccountRow): string {
  return account.broker === BrokerName.paper ? account.brokerAccount.slice(0, 8) : account.brokerAccount;
}

export interface AccountToOpen {
  readonly name: string;
  readonly broker: BrokerName;
  readonly brokerAccount: string | null;
  readonly balanceUsd: string | null;
  /** Null for the usual one: live prices where the broker is real, otherwise replayed history. */
  readonly priceSource: PriceSource | null;
  /** Of the risk gate, where they differ from the defaults. */
  readonly limits: Partial<RiskLimits>;
}

/** Letters, digits, dots, dashes; a slash is kept for research accounts, `strategy/provider`. */
const NAME = /^[a-z][a-z0-9.-]{0,39}$/;
const IBKR_ACCOUNT = /^[A-Z]{1,4}\d{4,12}$/;

/** Opens an account, once: the same again finds it as it is. INPUT_INVALID, TICKET_CONFLICT, BROKER_NOT_READY. */
export async function openAccount(context: CliContext, wanted: AccountToOpen): Promise<CommandResult> {
  const opening = checked(wanted, context.isIbkrSimulated);
  const known = await context.accounts.find(wanted.name);
  const openedOn = known?.openedOn ?? (await context.marketDay(opening.priceSource));
  if (known === null && opening.priceSource === 'ibkr') await requireGateway(context, openedOn);
  const account = await context.accounts.open({ ...opening, openedOn }, context.now());
  const where = account.broker === BrokerName.paper ? 'the paper broker' : `IBKR account ${account.brokerAccount}`;
  const facts = `${account.name} (${where}, prices from ${account.priceSource}, since ${account.openedOn})`;
  const beginning = wanted.balanceUsd === null ? '' : ` with $${formatUsd(wanted.balanceUsd)}`;
  const text = known
    ? `Nothing changed: there is ${facts} already.`
    : `Opened ${facts}${beginning}.\nNext: folios order place --account ${account.name} --buy 10 KO`;
  return { document: { opened: known === null, account }, text };
}

/** Without a gateway the account would have no prices: better heard now than as an order that waits. */
async function requireGateway({ marketData }: CliContext, day: MarketDate): Promise<void> {
  try {
    await marketData.source('ibkr').benchmark(day);
  } catch (error) {
    // There is one; that it does not tell the index says nothing of shares.
    if (errorCodeOf(error) !== 'QUOTE_UNAVAILABLE') throw error;
  }
}

function checked(wanted: AccountToOpen, isIbkrSimulated: boolean): Omit<NewTradingAccount, 'openedOn'> {
  const { name, broker, brokerAccount, balanceUsd, limits } = wanted;
  const isSimulated = broker === BrokerName.paper || isIbkrSimulated;
  const priceSource = wanted.priceSource ?? (isSimulated ? 'replay' : 'yahoo');
  if (!NAME.test(name)) {
    const message = `"${name}" is no account name: up to 40 small letters, digits, dots and dashes, a letter first`;
    throw new FoliosError('INPUT_INVALID', message);
  }
  if (broker === BrokerName.paper) {
    if (brokerAccount !== null)
      throw new FoliosError('INPUT_INVALID', '--broker-account is for a real broker’s account');
    if (balanceUsd === null) throw new FoliosError('INPUT_INVALID', 'a paper account begins with --balance <usd>');
    return { name, broker, priceSource, limits, initialBalanceUsd: balanceUsd };
  }
  if (brokerAccount === null || !IBKR_ACCOUNT.test(brokerAccount)) {
    throw new FoliosError('INPUT_INVALID', 'an IBKR account has its number, as in --broker-account DU1234567');
  }
  // Its books are opened with what the broker holds, once there is a session with it.
  if (balanceUsd !== null)
    throw new FoliosError('INPUT_INVALID', 'what an IBKR account begins with, the broker says: no --balance');
  return { name, broker, brokerAccount, priceSource, limits, initialBalanceUsd: '0' };
}
