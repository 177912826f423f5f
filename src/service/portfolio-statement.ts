import type { MarketDate } from '../domain/market/market-date.ts';
import { type DecimalString, dec, sum, usdString, ZERO } from '../domain/money/decimal.ts';
import type { AccountRecord, PortfolioRepository, SnapshotRecord } from '../ports/repositories.ts';

export interface StatementPosition {
  readonly ticker: string;
  readonly quantity: DecimalString;
  /** The last mark, in US dollars a share. */
  readonly price: DecimalString;
  readonly marketDate: MarketDate;
  readonly costUsd: DecimalString;
  /** quantity × price, and × 100 for most options. */
  readonly valueUsd: DecimalString;
}

/** What a statement must know of an account; one without a strategy takes written tickets. */
type StatementAccount = Pick<AccountRecord, 'accountId' | 'openedOn'> & { readonly strategyId: string | null };

/** One account as of its last mark, and whether every way to its total gives the same cents. */
export interface PortfolioStatement<Account extends StatementAccount = AccountRecord> {
  readonly account: Account;
  /** The day of the last mark; the opening day where there is none. */
  readonly markedOn: MarketDate;
  readonly cashUsd: DecimalString;
  readonly positions: readonly StatementPosition[];
  readonly positionsUsd: DecimalString;
  /** Cash + Σ quantity × price, computed here. */
  readonly totalUsd: DecimalString;
  /** Σ of the ledger's asset accounts: cash, positions at cost and their revaluation. */
  readonly ledgerTotalUsd: DecimalString;
  /** What the last snapshot recorded; null where there is none. */
  readonly snapshotTotalUsd: DecimalString | null;
  /** The equity curve, oldest first. */
  readonly snapshots: readonly SnapshotRecord[];
  /** Why the totals disagree, one sentence each; empty if all agree to the cent and the ledger sums to zero. */
  readonly discrepancies: readonly string[];
}

/** Reads one account and checks its sums. All amounts are decimal strings in US dollars. */
export async function loadPortfolioStatement<Account extends StatementAccount>(
  portfolio: PortfolioRepository,
  account: Account,
): Promise<PortfolioStatement<Account>> {
  const [records, balances, snapshots] = await Promise.all([
    portfolio.listPositions(account.accountId),
    portfolio.balances(account.accountId),
    portfolio.listSnapshots(account.accountId),
  ]);
  const positions = [...records]
    .sort((left, right) => left.ticker.localeCompare(right.ticker))
    .map((position) => ({
      ticker: position.ticker,
      quantity: position.quantity,
      price: position.marketPrice,
      marketDate: position.marketDate,
      costUsd: position.costUsd,
      valueUsd: usdString(dec(position.quantity).times(position.marketPrice).times(position.multiplier)),
    }));
  const cash = dec(balances.get('cash') ?? ZERO);
  const positionsValue = sum(positions.map((position) => dec(position.valueUsd)));
  const total = cash.plus(positionsValue);
  const ledgerTotal = sum([...balances].filter(([name]) => isAsset(name)).map(([, balance]) => dec(balance)));
  const snapshot = snapshots.at(-1) ?? null;
  const discrepancies: string[] = [];
  requireEqual('the ledger says', ledgerTotal.toFixed(2), total.toFixed(2), discrepancies);
  // A written ticket's fill marks its position at once; a research run's books move only together with a snapshot.
  const isResearch = account.strategyId !== null;
  if (snapshot && isResearch)
    requireEqual('the last snapshot says', dec(snapshot.totalUsd).toFixed(2), total.toFixed(2), discrepancies);
  const unbalanced = sum([...balances.values()].map(dec));
  if (!unbalanced.isZero()) discrepancies.push(`debits and credits differ by ${unbalanced.toFixed()}`);
  if (cash.lt(0) && isResearch) discrepancies.push(`cash is negative: ${cash.toFixed(2)}`);
  return {
    account,
    markedOn: snapshot?.marketDate ?? account.openedOn,
    cashUsd: usdString(cash),
    positions,
    positionsUsd: usdString(positionsValue),
    totalUsd: usdString(total),
    ledgerTotalUsd: usdString(ledgerTotal),
    snapshotTotalUsd: snapshot ? usdString(snapshot.totalUsd) : null,
    snapshots,
    discrepancies,
  };
}

/** The ledger accounts that hold what is owned; the rest says where it came from. */
function isAsset(ledgerAccount: string): boolean {
  return ledgerAccount === 'cash' || ledgerAccount.startsWith('position:') || ledgerAccount.startsWith('revaluation:');
}

function requireEqual(what: string, found: string, expected: string, discrepancies: string[]): void {
  if (found !== expected) discrepancies.push(`${what} ${found}, but cash + Σ quantity × price is ${expected}`);
}
