import { dec, formatUsd, usdString } from '../../domain/money/decimal.ts';
import { strictestMode, type TradingMode } from '../../domain/orders/trading-mode.ts';
import { BrokerName, type TradingAccount } from '../../ports/trading-accounts.ts';
import type { TradingModeChange } from '../../ports/trading-switch.ts';
import { exposureOf } from '../../service/flatten-account.ts';
import { type AccountToOpen, openTradingAccount } from '../../service/open-account.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../text/table.ts';

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

/** Opens an account, once: the same again finds it as it is. INPUT_INVALID, TICKET_CONFLICT, BROKER_NOT_READY. */
export async function openAccount(context: CliContext, wanted: AccountToOpen): Promise<CommandResult> {
  const { opened, account } = await openTradingAccount(context, wanted);
  const where = account.broker === BrokerName.paper ? 'the paper broker' : `IBKR account ${account.brokerAccount}`;
  const facts = `${account.name} (${where}, prices from ${account.priceSource}, since ${account.openedOn})`;
  const beginning = wanted.balanceUsd === null ? '' : ` with $${formatUsd(wanted.balanceUsd)}`;
  const text = opened
    ? `Opened ${facts}${beginning}.\nNext: folios order place --account ${account.name} --buy 10 KO`
    : `Nothing changed: there is ${facts} already.`;
  return { document: { opened, account }, text };
}
