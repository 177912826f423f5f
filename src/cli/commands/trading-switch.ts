import { OrderState } from '../../domain/orders/order-state.ts';
import { describeRestriction, TradingMode } from '../../domain/orders/trading-mode.ts';
import type { TradingModeChange } from '../../ports/trading-switch.ts';
import type { CommandResult } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { accountName, resolveAccount } from '../references/account-reference.ts';
import { counted } from '../text/names.ts';
import { accountNames } from './orders.ts';

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

/**
 * Turns the kill switch of one account or of all. Stopping is done at once; only `resume` asks first.
 * CONFIRMATION_REQUIRED, INPUT_INVALID.
 */
export async function turnSwitch(
  context: CliContext,
  mode: TradingMode,
  options: SwitchOptions,
): Promise<CommandResult> {
  const { portfolio, tradingSwitch } = context;
  const accounts = await portfolio.listAccounts();
  const account = options.account === null ? null : resolveAccount(accounts, options.account);
  const scope = account === null ? 'all accounts' : accountName(account);
  const question = `Resume trading for ${scope}? Orders reach the broker again.`;
  if (mode === TradingMode.normal && !(await isConfirmed(options, `resuming ${scope}`, question))) {
    return { document: { turned: false, mode }, text: 'Nothing was changed.' };
  }
  const accountId = account?.accountId ?? null;
  const change: TradingModeChange = { accountId, mode, reason: options.reason, by: context.user, at: context.now() };
  await tradingSwitch.set(change);

  const [positions, orders, restrictions] = await Promise.all([
    portfolio.listPositions(accountId ?? undefined),
    portfolio.listOrders({ ...(accountId === null ? {} : { accountId }), state: OrderState.pending }),
    tradingSwitch.listRestrictions(),
  ]);
  const left = restrictions.filter(
    (one) => one.accountId === null || accountId === null || one.accountId === accountId,
  );
  const document = {
    turned: true,
    scope,
    ...change,
    positions: positions.length,
    pendingOrders: orders.length,
    restrictions,
  };
  const still =
    mode === TradingMode.normal && left.length > 0
      ? `\nStill in force: ${left.map((one) => restrictionText(one, accountNames(accounts))).join('; ')}.`
      : '';
  const counts = `${counted(positions.length, 'position')} held, ${counted(orders.length, 'order')} not yet at the broker.`;
  return { document, text: `${headline(mode, scope)} ${WHAT_IT_MEANS[mode]}\n${counts}${still}` };
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
