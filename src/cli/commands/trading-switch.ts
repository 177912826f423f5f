import { describeRestriction, TradingMode } from '../../domain/orders/trading-mode.ts';
import type { TradingModeChange } from '../../ports/trading-switch.ts';
import { exposureOf } from '../../service/flatten-account.ts';
import type { CommandResult } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { accountNames, resolveTradingAccount } from '../references/account-reference.ts';
import { counted } from '../text/names.ts';

export interface SwitchOptions extends Confirmation {
  /** Null for all accounts. */
  readonly account: string | null;
  readonly reason: string;
}

const WHAT_IT_MEANS: Readonly<Record<TradingMode, string>> = {
  normal: 'New orders reach the broker again.',
  reduce_only: 'Only orders that reduce a position reach the broker; every other one is denied.',
  paused: 'Every order is denied before it reaches the broker, also those that would close a position.',
};

const WORKING_GO_ON = ' Those that are at the broker already may still fill: folios order cancel, or folios flatten.';

/**
 * Turns the kill switch of one account or of all. Stopping is done at once; only `resume` asks first.
 * CONFIRMATION_REQUIRED, INPUT_INVALID.
 */
export async function turnSwitch(
  context: CliContext,
  mode: TradingMode,
  options: SwitchOptions,
): Promise<CommandResult> {
  const { tradingSwitch } = context;
  const accounts = await context.accounts.list();
  const account = options.account === null ? null : resolveTradingAccount(accounts, options.account);
  const scope = account === null ? 'all accounts' : account.name;
  const question = `Resume trading for ${scope}? Orders reach the broker again.`;
  if (mode === TradingMode.normal && !(await isConfirmed(options, `resuming ${scope}`, question))) {
    return { document: { turned: false, mode }, text: 'Nothing was changed.' };
  }
  const accountId = account?.accountId ?? null;
  const change: TradingModeChange = { accountId, mode, reason: options.reason, by: context.user, at: context.now() };
  await tradingSwitch.set(change);

  const [exposures, restrictions] = await Promise.all([
    Promise.all((account === null ? accounts : [account]).map((one) => exposureOf(context, one))),
    tradingSwitch.listRestrictions(),
  ]);
  const positions = exposures.reduce((total, one) => total + one.positions.length, 0);
  const workingOrders = exposures.reduce((total, { working }) => total + working.length, 0);
  const left = restrictions.filter(
    (one) => one.accountId === null || accountId === null || one.accountId === accountId,
  );
  const document = {
    turned: true,
    scope,
    ...change,
    positions,
    workingOrders,
    restrictions,
  };
  const still =
    mode === TradingMode.normal && left.length > 0
      ? `\nStill in force: ${left.map((one) => restrictionText(one, accountNames(accounts))).join('; ')}.`
      : '';
  const counts = `${counted(positions, 'position')} held, ${counted(workingOrders, 'order')} working.`;
  const working = mode === TradingMode.normal || workingOrders === 0 ? '' : WORKING_GO_ON;
  return { document, text: `${headline(mode, scope)} ${WHAT_IT_MEANS[mode]}\n${counts}${working}${still}` };
}

/** One restriction in words, with the account's name. */
export function restrictionText(restriction: TradingModeChange, nameOf: (accountId: string) => string): string {
  const { accountId } = restriction;
  return describeRestriction(restriction, accountId === null ? 'all accounts' : nameOf(accountId));
}

function headline(mode: TradingMode, scope: string): string {
  if (mode === TradingMode.normal) return `Trading is resumed for ${scope}.`;
  return mode === TradingMode.paused ? `Trading is paused for ${scope}.` : `Trading is reduce-only for ${scope}.`;
}
