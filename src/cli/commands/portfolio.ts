import { FoliosError } from '../../contracts/errors.ts';
import { dec, formatUsd } from '../../domain/money/decimal.ts';
import { returnPercent } from '../../domain/portfolio/performance.ts';
import type { AccountRecord } from '../../ports/repositories.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { accountName, resolveAccount } from '../references/account-reference.ts';
import {
  loadPortfolioStatement,
  type PortfolioStatement,
  type StatementPosition,
} from '../report/portfolio-statement.ts';
import { formatPrice, formatQuantity, formatSignedPercent, usdString } from '../text/amounts.ts';
import { type Column, renderTable } from '../text/table.ts';

const NO_ACCOUNTS = 'No accounts yet: a strategy’s first execution opens one for each of its providers.';

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
  const document = { accounts: statements.map(statementDocument) };
  if (statements.length === 0) return { document, text: NO_ACCOUNTS };
  const table = renderTable(STATEMENT_COLUMNS, statements, view.width);
  const detail =
    options.account === null ? '' : `\n\n${statements.map((one) => renderPositions(one, view)).join('\n\n')}`;
  const wrong = statements.filter((one) => one.discrepancies.length > 0);
  const text = `${table}${detail}`;
  if (wrong.length === 0) return { document, text };
  const sentences = wrong.flatMap((one) =>
    one.discrepancies.map((sentence) => `${accountName(one.account)}: ${sentence}`),
  );
  return {
    document,
    text,
    failure: new FoliosError('LEDGER_UNBALANCED', `the books disagree: ${sentences.join('; ')}`, {
      discrepancies: sentences,
    }),
  };
}

const STATEMENT_COLUMNS: readonly Column<PortfolioStatement>[] = [
  { head: 'strategy', cell: ({ account }) => account.strategySlug, shrink: 'cut' },
  { head: 'provider', cell: ({ account }) => account.provider },
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
  { portfolio }: CliContext,
  reference: string | null,
  limit: number,
): Promise<PortfolioStatement[]> {
  const accounts = await portfolio.listAccounts();
  const wanted =
    reference === null ? [...accounts].sort(byName).slice(0, limit) : [resolveAccount(accounts, reference)];
  return Promise.all(wanted.map((account) => loadPortfolioStatement(portfolio, account)));
}

function renderPositions({ account, positions }: PortfolioStatement, { width }: View): string {
  const head = `${accountName(account)}, account ${account.accountId}, prices from ${account.priceSource}`;
  return `${head}\n${positions.length > 0 ? renderTable(POSITION_COLUMNS, positions, width) : 'No open positions.'}`;
}

function statementDocument(statement: PortfolioStatement): object {
  const { account, ...sums } = statement;
  return {
    ...account,
    initialBalanceUsd: usdString(account.initialBalanceUsd),
    ...sums,
    returnPercent: returnOf(statement),
    balanced: statement.discrepancies.length === 0,
  };
}

function returnOf({ account, totalUsd }: PortfolioStatement): string {
  return returnPercent(account.initialBalanceUsd, totalUsd);
}

function gainPercent({ costUsd, valueUsd }: StatementPosition): string {
  return dec(costUsd).gt(0) ? formatSignedPercent(returnPercent(costUsd, valueUsd)) : '–';
}

function byName(left: AccountRecord, right: AccountRecord): number {
  return accountName(left).localeCompare(accountName(right));
}
