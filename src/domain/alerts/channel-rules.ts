import { type AlertKind, isAtLeast, AlertKind as Kind, type Severity } from './alert.ts';

/** Which alerts a channel tells. An empty list lets all of them through. */
export interface ChannelRules {
  readonly kinds: readonly AlertKind[];
  readonly minSeverity: Severity;
  readonly strategyIds: readonly string[];
  readonly accountIds: readonly string[];
}

/** Whose alerts a channel may tell: null for all, which is the operator's. */
export interface OwnedThings {
  readonly strategies: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

interface AlertFacts {
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly strategyId: string | null;
  readonly accountId: string | null;
}

/**
 * Whether a channel tells an alert: its owner may see it, and its rules want it. What belongs to no strategy and no account
 * is the operator's to know. A rule for strategies or accounts wants what belongs to one of either.
 */
export function wants(rules: ChannelRules, owned: OwnedThings | null, alert: AlertFacts): boolean {
  if (alert.kind === Kind.test) return false;
  if (owned !== null && !isAbout(alert, owned.strategies, owned.accounts)) return false;
  if (rules.kinds.length > 0 && !rules.kinds.includes(alert.kind)) return false;
  if (!isAtLeast(alert.severity, rules.minSeverity)) return false;
  if (rules.strategyIds.length === 0 && rules.accountIds.length === 0) return true;
  return isAbout(alert, new Set(rules.strategyIds), new Set(rules.accountIds));
}

function isAbout(
  { strategyId, accountId }: AlertFacts,
  strategies: ReadonlySet<string>,
  accounts: ReadonlySet<string>,
): boolean {
  return (strategyId !== null && strategies.has(strategyId)) || (accountId !== null && accounts.has(accountId));
}
