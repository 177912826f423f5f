import { FoliosError } from '../contracts/errors.ts';
import { ownerSeenBy, type Principal } from '../domain/access/principal.ts';
import type { Ownership } from '../ports/ownership.ts';

/** What one principal sees. What belongs to somebody else is, to them, not there: the same answer as for no such thing. */
export interface Visible {
  /** Ids; null for all. */
  readonly accounts: ReadonlySet<string> | null;
  readonly strategies: ReadonlySet<string> | null;
  /** RESOURCE_NOT_FOUND where the account is not theirs. */
  requireAccount(accountId: string): void;
  /** RESOURCE_NOT_FOUND where the strategy is not theirs. */
  requireStrategy(strategyId: string): void;
}

export async function visibleTo(principal: Principal, ownership: Ownership): Promise<Visible> {
  const owner = ownerSeenBy(principal);
  const [accounts, strategies] =
    owner === null ? [null, null] : await Promise.all([ownership.accountIdsOf(owner), ownership.strategyIdsOf(owner)]);
  return {
    accounts,
    strategies,
    requireAccount: (id) => requireIn(accounts, 'account', id),
    requireStrategy: (id) => requireIn(strategies, 'strategy', id),
  };
}

function requireIn(ids: ReadonlySet<string> | null, what: string, id: string): void {
  if (ids === null || ids.has(id)) return;
  throw new FoliosError('RESOURCE_NOT_FOUND', `no ${what} has the id ${id}`);
}
