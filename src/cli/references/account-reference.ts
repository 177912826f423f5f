import { FoliosError } from '../../contracts/errors.ts';
import type { AccountRecord } from '../../ports/repositories.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';

/** What people call a research account: its strategy and its provider. */
export function accountName(account: AccountRecord): string {
  return `${account.strategySlug}/${account.provider}`;
}

/** The research account by its name `strategy/provider`, or by its id as below. INPUT_INVALID. */
export function resolveAccount(accounts: readonly AccountRecord[], reference: string): AccountRecord {
  return onlyMatch(accounts, accountName, reference);
}

/** The account by its name, its id, or the only id that begins so (8 characters at least). INPUT_INVALID. */
export function resolveTradingAccount(accounts: readonly TradingAccount[], reference: string): TradingAccount {
  return onlyMatch(accounts, (account) => account.name, reference);
}

/** Account names by id. */
export function accountNames(accounts: readonly TradingAccount[]): (accountId: string) => string {
  const names = new Map(accounts.map(({ accountId, name }) => [accountId, name]));
  return (accountId) => names.get(accountId) ?? accountId;
}

function onlyMatch<Account extends { readonly accountId: string }>(
  accounts: readonly Account[],
  nameOf: (account: Account) => string,
  reference: string,
): Account {
  const named = accounts.find((account) => nameOf(account) === reference);
  if (named) return named;
  const matching = accounts.filter(
    ({ accountId }) => reference.length >= 8 && accountId.startsWith(reference.toLowerCase()),
  );
  const [only] = matching;
  if (only && matching.length === 1) return only;
  const known = accounts.map(nameOf);
  const problem =
    matching.length > 1 ? `${matching.length} accounts fit "${reference}"` : `no account is called "${reference}"`;
  throw new FoliosError('INPUT_INVALID', `${problem}; there are ${known.join(', ') || 'none yet'}`, {
    reference,
    known,
  });
}
