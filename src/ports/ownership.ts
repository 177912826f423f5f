/**
 * Which user's strategies and accounts are whose. What has no owner was made by the operator at this machine. An account
 * of a research strategy is its strategy's owner's.
 */
export interface Ownership {
  strategyIdsOf(userId: string): Promise<ReadonlySet<string>>;
  accountIdsOf(userId: string): Promise<ReadonlySet<string>>;
  /** Gives a strategy that nobody owns to a user; false where somebody else owns it. */
  claimStrategy(strategyId: string, userId: string): Promise<boolean>;
  claimAccount(accountId: string, userId: string): Promise<boolean>;
}
