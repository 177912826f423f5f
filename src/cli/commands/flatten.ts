import { FoliosError } from '../../contracts/errors.ts';
import { TradingMode } from '../../domain/orders/trading-mode.ts';
import type { AccountExposure } from '../../ports/order-journal.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import {
  exposureOf,
  type FlattenedAccount,
  type FlattenStep,
  flattenAccount,
  isFlat,
} from '../../service/flatten-account.ts';
import { BROKER_PATIENCE, type Patience } from '../../service/ticket-progress.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { resolveTradingAccount } from '../references/account-reference.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';
import { venueText } from '../text/venues.ts';

export interface FlattenOptions extends Confirmation {
  /** Null for all accounts but those of research. */
  readonly account: string | null;
  /** Ids of new tickets. */
  readonly newId: () => string;
}

/**
 * Cancels all working orders and closes all positions at the market, account by account, past failures. Flat is claimed
 * only where the books, which follow the broker, are empty. CONFIRMATION_REQUIRED, INPUT_INVALID.
 */
export async function flatten(
  context: CliContext,
  options: FlattenOptions,
  view: View,
  patience: Patience = BROKER_PATIENCE,
): Promise<CommandResult> {
  const accounts = await accountsToFlatten(context, options.account);
  const all = await Promise.all(
    accounts.map(async (account) => ({ account, exposure: await exposureOf(context, account) })),
  );
  const busy = all.filter(({ exposure }) => !isFlat(exposure));
  if (busy.length === 0) {
    return {
      document: { flattened: true, accounts: [] },
      text: 'Nothing to flatten: no position and no working order.',
    };
  }
  const names = busy.map(({ account }) => account.name).join(', ');
  if (!(await isConfirmed(options, `flattening ${names}`, await questionOf(context, busy)))) {
    return { document: { flattened: false, accounts: [] }, text: 'Nothing was changed.' };
  }
  const done = await Promise.all(busy.map(({ account }) => flattenAccount(context, account, options.newId, patience)));
  const failure = flattenFailure(done);
  return {
    document: {
      flattened: done.every((one) => one.isFlat),
      accounts: done.map(({ account, ...one }) => ({ account: account.name, ...one })),
    },
    text: done.map((one) => renderAccount(one, view)).join('\n\n'),
    ...(failure === null ? {} : { failure }),
  };
}

/** What research runs hold is decided by their strategies: their accounts are passed over, and refused when named. */
async function accountsToFlatten(
  { accounts }: CliContext,
  reference: string | null,
): Promise<readonly TradingAccount[]> {
  const all = await accounts.list();
  if (reference === null) return all.filter(({ strategyId }) => strategyId === null);
  const account = resolveTradingAccount(all, reference);
  if (account.strategyId === null) return [account];
  const message = `${account.name} is a research account: its strategy decides what it holds; pause it, or deactivate the strategy`;
  throw new FoliosError('INPUT_INVALID', message, { account: account.name });
}

async function questionOf(
  { tradingSwitch, isIbkrSimulated }: CliContext,
  busy: readonly { readonly account: TradingAccount; readonly exposure: AccountExposure }[],
): Promise<string> {
  const orders = busy.reduce((total, { exposure }) => total + exposure.working.length, 0);
  const positions = busy.reduce((total, { exposure }) => total + exposure.positions.length, 0);
  const ids = busy.map(({ account }) => account.accountId);
  const isPaused = (await tradingSwitch.listRestrictions()).some(
    ({ mode, accountId }) => mode === TradingMode.paused && (accountId === null || ids.includes(accountId)),
  );
  const warning = isPaused ? PAUSE_DENIES : '';
  const names = busy.map(({ account }) => `${account.name} (${venueText(account, isIbkrSimulated)})`).join(', ');
  return `Flatten ${names}: cancel ${counted(orders, 'order')} and close ${counted(positions, 'position')} at the market?${warning}`;
}

const PAUSE_DENIES = ' Trading is paused, which denies closing orders, too: folios reduce-only lets them through.';

function renderAccount({ account, steps, isFlat: flat }: FlattenedAccount, { width }: View): string {
  const verdict = flat
    ? `${account.name} is flat.`
    : `${account.name} is NOT flat yet: folios orders --account ${account.name} shows what is still under way.`;
  if (steps.length === 0) return verdict;
  const table = renderTable<FlattenStep>(
    [
      { head: 'deed', cell: ({ deed }) => deed },
      { head: 'order', cell: ({ what }) => what, shrink: 'wrap' },
      { head: 'state', cell: ({ orders }) => orders.map(({ state }) => state).join(', ') || '–' },
      {
        head: 'failure',
        cell: ({ failure }) => (failure === null ? '' : `✗ ${failure.code}: ${failure.message}`),
        shrink: 'wrap',
      },
    ],
    steps,
    width,
  );
  return `${table}\n${verdict}`;
}

/** The first failure among the steps, with how many there were; null where all went through. */
function flattenFailure(flattened: readonly FlattenedAccount[]): FoliosError | null {
  const steps = flattened.flatMap((one) => one.steps);
  const failed = steps.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  const [first] = failed;
  if (first === undefined) return null;
  return new FoliosError(first.code, `${failed.length} of ${steps.length} steps failed: ${first.message}`);
}
