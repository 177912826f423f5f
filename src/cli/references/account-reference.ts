import { FoliosError } from '../../contracts/errors.ts';
import type { AccountRecord } from '../../ports/repositories.ts';

/** What people call an account: its strategy and its provider. */
export function accountName(account: AccountRecord): string {
  return `${account.strategySlug}/${account.provider}`;
}

/** The account by its name `strategy/provider`, its id, or the only id that begins so (8 characters at least). INPUT_INVALID. */
export function resolveAccount(accounts: readonly AccountRecord[], reference: string): AccountRecord {
  const matching = accounts.filter(
    (account) =>
      accountName(account) === reference ||
      (reference.length >= 8 && account.accountId.startsWith(reference.toLowerCase())),
  );
  const [only] = matching;
  if (only && matching.length === 1) return only;
  const known = accounts.map(accountName);
  const problem =
    matching.length > 1 ? `${matching.length} accounts fit "${reference}"` : `no account is called "${reference}"`;
  throw new FoliosError('INPUT_INVALID', `${problem}; there are ${known.join(', ') || 'none yet'}`, {
    reference,
    known,
  });
}
