import { FoliosError } from '../../contracts/errors.ts';
import { dec, formatUsd, usdString } from '../../domain/money/decimal.ts';
import { returnPercent } from '../../domain/portfolio/performance.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { SnapshotRecord } from '../../ports/repositories.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import {
  loadPortfolioStatement,
  type PortfolioStatement,
  type StatementPosition,
} from '../../service/portfolio-statement.ts';
import { formatPrice, formatQuantity, formatSignedPercent } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveTradingAccount } from '../references/account-reference.ts';
import { type Column, renderTable } from '../text/table.ts';

const NO_ACCOUNTS =
  'No accounts yet: a strategy’s first execution opens one for each of its providers, `folios account open` one for you.';

/** How much of an equity curve fits a terminal; JSON has all of it. */
const CURVE_ROWS = 30;

/** Strategy and provider are null of an account that takes written tickets. */
interface PortfolioAccount extends TradingAccount {
  readonly strategySlug: string | null;
  readonly provider: ProviderName | null;
}

type Statement = PortfolioStatement<PortfolioAccount>;

/** The columns of a position: quantity × price = value, in US dollars at the last mark. */
export const POSITION_COLUMNS: readonly Column<StatementPosition>[] = [
  { head: 'ticker', cell: (row) => row.ticker },
  { head: 'quantity', align: 'right', cell: (row) => formatQuantity(row.quantity) },
  { head: 'price $', align: 'right', cell: (row) => formatPrice(row.price) },
  { head: 'value $', align: 'right', cell: (row) => formatUsd(row.valueUsd) },
  { head: 'cost $', align: 'right', cell: (row) => formatUsd(row.costUsd) },
  { head: 'gain %', align: 'right', cell: gainPercent },
];

/** Each account's cash, positions and totals at its last mark. A total that the ledger does not confirm is a failure. */
export async function showPortfolios(
  context: CliContext,
  options: { readonly account: string | null; readonly limit: number },
  view: View,
): Promise<CommandResult> {
  const statements = await loadStatements(context, options.account, options.limit);
  const document = { accounts: statements.map((one) => statementDocument(one, options.account !== null)) };
  if (statements.length === 0) return { document, text: NO_ACCOUNTS };
  const table = renderTable(STATEMENT_COLUMNS, statements, view.width);
  const detail = options.account === null ? '' : `\n\n${statements.map((one) => renderDetail(one, view)).join('\n\n')}`;
  const wrong = statements.filter((one) => one.discrepancies.length > 0);
  const text = `${table}${detail}`;
  if (wrong.length === 0) return { document, text };
  const sentences = wrong.flatMap((one) => one.discrepancies.map((sentence) => `${one.account.name}: ${sentence}`));
  return {
    document,
    text,
    failure: new FoliosError('LEDGER_UNBALANCED', `the books disagree: ${sentences.join('; ')}`, {
      discrepancies: sentences,
    }),
  };
}

const STATEMENT_COLUMNS: readonly Column<Statement>[] = [
  { head: 'account', cell: ({ account }) => account.name, shrink: 'cut' },
  { head: 'cash $', align: 'right', cell: (row) => formatUsd(row.cashUsd) },
  { head: 'positions $', align: 'right', cell: (row) => formatUsd(row.positionsUsd) },
  { head: 'total $', align: 'right', cell: (row) => formatUsd(row.totalUsd) },
  { head: 'ledger $', align: 'right', cell: (row) => formatUsd(row.ledgerTotalUsd) },
  { head: '', cell: (row) => (row.discrepancies.length === 0 ? '✓' : '✗ differ') },
  { head: 'since', cell: ({ account }) => account.openedOn },
  { head: 'marked on', cell: (row) => row.markedOn },
  { head: 'return %', align: 'right', cell: (row) => formatSignedPercent(returnOf(row)) },
];

async function loadStatements(
  { portfolio, accounts }: CliContext,
  reference: string | null,
  limit: number,
): Promise<Statement[]> {
  const [all, research] = await Promise.all([accounts.list(), portfolio.listAccounts()]);
  const runs = new Map(
    research.map(({ accountId, strategySlug, provider }) => [accountId, { strategySlug, provider }]),
  );
  const wanted = reference === null ? [...all].sort(byName).slice(0, limit) : [resolveTradingAccount(all, reference)];
  return Promise.all(
    wanted.map((account) =>
      loadPortfolioStatement(portfolio, {
        ...account,
        ...(runs.get(account.accountId) ?? { strategySlug: null, provider: null }),
      }),
    ),
  );
}

function renderDetail({ account, positions, snapshots }: Statement, { width }: View): string {
  const head = `${account.name}, account ${account.accountId}, prices from ${account.priceSource}`;
  const held = positions.length > 0 ? renderTable(POSITION_COLUMNS, positions, width) : 'No open positions.';
  if (snapshots.length === 0) return `${head}\n${held}`;
  const rows = snapshots.map((day, index) => ({ ...day, before: snapshots[index - 1]?.totalUsd ?? null }));
  const hidden = snapshots.length - CURVE_ROWS;
  const title = hidden > 0 ? `Equity curve, the last ${CURVE_ROWS} of ${snapshots.length} days` : 'Equity curve';
  return `${head}\n${held}\n\n${title}\n${renderTable(CURVE_COLUMNS, rows.slice(-CURVE_ROWS), width)}`;
}

const CURVE_COLUMNS: readonly Column<SnapshotRecord & { readonly before: string | null }>[] = [
  { head: 'day', cell: (row) => row.marketDate },
  { head: 'cash $', align: 'right', cell: (row) => formatUsd(row.cashUsd) },
  { head: 'positions $', align: 'right', cell: (row) => formatUsd(row.positionsUsd) },
  { head: 'total $', align: 'right', cell: (row) => formatUsd(row.totalUsd) },
  { head: 'change %', align: 'right', cell: (row) => formatSignedPercent(growth(row.before, row.totalUsd)) },
];

/** Whoever names an account gets its curve, too. */
function statementDocument(statement: Statement, isNamed: boolean): object {
  const { account, snapshots, ...sums } = statement;
  return {
    ...account,
    initialBalanceUsd: usdString(account.initialBalanceUsd),
    ...sums,
    returnPercent: returnOf(statement),
    balanced: statement.discrepancies.length === 0,
    ...(isNamed ? { snapshots: snapshots.map(({ accountId: _, ...day }) => day) } : {}),
  };
}

function returnOf({ account, totalUsd }: Statement): string | null {
  return growth(account.initialBalanceUsd, totalUsd);
}

/** Null where there was nothing to grow from, such as a real account that began empty. */
function growth(before: string | null, after: string): string | null {
  return before !== null && dec(before).gt(0) ? returnPercent(before, after) : null;
}

function gainPercent({ costUsd, valueUsd }: StatementPosition): string {
  return dec(costUsd).gt(0) ? formatSignedPercent(returnPercent(costUsd, valueUsd)) : '–';
}

function byName(left: TradingAccount, right: TradingAccount): number {
  return left.name.localeCompare(right.name);
}
