import { formatUsd } from '../../domain/money/decimal.ts';
import type { Recommendation } from '../../domain/research/recommendation.ts';
import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';
import type { OrderRecord } from '../../ports/repositories.ts';
import type { AccountComparison } from '../../service/account-comparison.ts';
import type { PortfolioStatement, StatementPosition } from '../../service/portfolio-statement.ts';
import {
  formatCostUsd,
  formatCount,
  formatPrice,
  formatQuantity,
  formatSignedPercent,
} from '../../service/text/amounts.ts';
import { RECOMMENDATION_COLUMNS } from '../commands/recommendations.ts';
import { MAX_WIDTH } from '../io.ts';
import { counted, providerTitle } from '../text/names.ts';
import { type Column, renderTable } from '../text/table.ts';
import { wrapText } from '../text/wrap.ts';
import { COMPARISON_COLUMNS, COMPARISON_LEGEND } from './comparison-columns.ts';
import type { ProviderReport, ResearchReport } from './report-model.ts';

const MAX_REASON_LENGTH = 600;

/** The report as text, at most 120 columns wide, without colour. */
export function renderResearchReport(report: ResearchReport, width: number = MAX_WIDTH): string {
  const columns = Math.min(width, MAX_WIDTH);
  return [
    renderHead(report, columns),
    ...report.providers.map((provider) => renderProvider(provider, columns)),
    renderRanking(report, columns),
    ...(report.ok ? [] : [renderProblems(report, columns)]),
  ].join('\n\n');
}

function renderHead({ strategy, simulated }: ResearchReport, width: number): string {
  const { document, version } = strategy;
  const mode =
    simulated.length > 0
      ? ['PAPER, SIMULATED', ...simulated.map((sentence) => wrapText(`  · ${sentence}`, width, '    '))]
      : ['PAPER: paper broker, real LLM providers and prices'];
  return [
    '━'.repeat(width),
    `${document.name}, version ${version}: ${counted(document.providers.length, 'provider')} compete`,
    ...mode,
    '━'.repeat(width),
  ].join('\n');
}

function renderProvider(report: ProviderReport, width: number): string {
  const { task, statement, recommendations } = report;
  const sections = [titleRule(report, width)];
  if (task && task.failureCode !== null) sections.push(failureLine(report, width));
  else if (task === null) sections.push('Not asked yet.');
  else if (task.state !== 'succeeded') sections.push(`Under way: ${task.state}, ${counted(task.pollCount, 'poll')}.`);
  if (recommendations.length > 0) sections.push(renderTable(REASONED_COLUMNS, recommendations, width));
  const holdings = holdingsOf(report);
  if (holdings.length > 0) sections.push(renderTable(holdingColumns(holdings), holdings, width));
  if (statement) sections.push(renderSums(statement, report.comparison, width));
  return sections.join('\n\n');
}

/** `── OpenAI · batch · gpt-4.1-mini · emulated ───…` over the whole width. */
function titleRule({ provider, mode, model, simulated }: ProviderReport, width: number): string {
  const facts = [providerTitle(provider), mode, model, simulated ? 'emulated' : null].filter((fact) => fact !== null);
  return rule(facts.join(' · '), width);
}

function failureLine({ task }: ProviderReport, width: number): string {
  const reason = cleanUntrustedText(task?.failureReason ?? 'no reason was recorded', MAX_REASON_LENGTH);
  return wrapText(`✗ ${(task?.state ?? 'failed').toUpperCase()} ${task?.failureCode ?? 'INTERNAL'}: ${reason}`, width);
}

const REASONED_COLUMNS: readonly Column<Recommendation>[] = [
  ...RECOMMENDATION_COLUMNS,
  { head: 'rationale', cell: (row) => row.rationale, shrink: 'cut' },
];

/** One ticker of an account: the order of the newest ticket, the position that is held, or both. */
interface Holding {
  readonly ticker: string;
  readonly order: OrderRecord | null;
  readonly position: StatementPosition | null;
}

function holdingsOf({ orders, statement }: ProviderReport): Holding[] {
  const positions = statement?.positions ?? [];
  const tickers = [
    ...new Set([...orders.map((order) => order.ticker), ...positions.map((position) => position.ticker)]),
  ];
  return tickers.sort().map((ticker) => ({
    ticker,
    order: orders.find((order) => order.ticker === ticker) ?? null,
    position: positions.find((position) => position.ticker === ticker) ?? null,
  }));
}

function holdingColumns(holdings: readonly Holding[]): Column<Holding>[] {
  const ordered = (head: string, cell: (order: OrderRecord) => string): Column<Holding> => ({
    head,
    cell: ({ order }) => (order ? cell(order) : '–'),
  });
  const held = (head: string, cell: (position: StatementPosition) => string): Column<Holding> => ({
    head,
    align: 'right',
    cell: ({ position }) => (position ? cell(position) : '–'),
  });
  const columns: Column<Holding>[] = [
    { head: 'ticker', cell: (row) => row.ticker },
    ordered('side', (order) => order.side),
    ordered('order', (order) => order.state),
    { ...ordered('shares', (order) => formatQuantity(order.quantity)), align: 'right' },
    {
      ...ordered('fill $', (order) => (order.averageFillPrice ? formatPrice(order.averageFillPrice) : '–')),
      align: 'right',
    },
    { head: '│', cell: () => '│' },
    held('quantity', (position) => formatQuantity(position.quantity)),
    { head: '', cell: ({ position }) => (position ? '×' : '') },
    held('price $', (position) => formatPrice(position.price)),
    { head: '', cell: ({ position }) => (position ? '=' : '') },
    held('value $', (position) => formatUsd(position.valueUsd)),
  ];
  if (holdings.some(({ order }) => order?.stateReason)) {
    columns.push({ head: 'note', cell: ({ order }) => order?.stateReason ?? '', shrink: 'cut' });
  }
  return columns;
}

function renderSums(statement: PortfolioStatement, comparison: AccountComparison | null, width: number): string {
  const { account, cashUsd, positionsUsd, totalUsd, ledgerTotalUsd, discrepancies } = statement;
  const balanced = discrepancies.length === 0;
  const sums = `initial ${formatUsd(account.initialBalanceUsd)}   cash ${formatUsd(cashUsd)} + positions ${formatUsd(positionsUsd)} = total ${formatUsd(totalUsd)}`;
  const ledger = `ledger total ${formatUsd(ledgerTotalUsd)} ${balanced ? '✓' : '✗'}`;
  const oneLine = `${sums}   ${ledger}`;
  const lines = [
    ...(oneLine.length <= width ? [oneLine] : [sums, ledger]),
    ...discrepancies.map((sentence) => `✗ ${sentence}`),
  ];
  if (comparison) lines.push(performanceLine(comparison), costLine(comparison));
  return lines.join('\n');
}

function performanceLine(one: AccountComparison): string {
  const index =
    one.benchmarkPercent === null
      ? 'no S&P 500 for this price source'
      : `S&P 500 ${formatSignedPercent(one.benchmarkPercent)} %, excess ${formatSignedPercent(one.excessPercent)} points`;
  return `return ${formatSignedPercent(one.returnPercent)} %, ${index}, from ${one.windowStart} to ${one.windowEnd}`;
}

function costLine({ llm }: AccountComparison): string {
  const tokens = `${formatCount(llm.inputTokens)} tokens in, ${formatCount(llm.outputTokens)} out`;
  return `LLM ${counted(llm.calls, 'call')}, ${tokens}, $${formatCostUsd(llm.costUsd)}`;
}

function renderRanking({ ranking }: ResearchReport, width: number): string {
  if (ranking.length === 0) return `${rule('Ranking', width)}\n\nNo portfolio to rank.`;
  const rows = ranking.map((one, index) => ({ rank: index + 1, ...one }));
  const windows = new Set(ranking.map((one) => `${one.windowStart} to ${one.windowEnd}`));
  const [onlyWindow] = windows;
  const columns: Column<(typeof rows)[number]>[] = [
    { head: '#', align: 'right', cell: (row) => String(row.rank) },
    { head: 'provider', cell: (row) => providerTitle(row.provider) },
    ...COMPARISON_COLUMNS,
  ];
  // Accounts of one run share their window, which then stands once in the title.
  if (windows.size > 1) {
    columns.push({ head: 'from', cell: (row) => row.windowStart }, { head: 'to', cell: (row) => row.windowEnd });
  }
  const title = windows.size > 1 ? 'Ranking' : `Ranking · ${onlyWindow}`;
  return `${rule(title, width)}\n\n${renderTable(columns, rows, width)}\n\n${COMPARISON_LEGEND}`;
}

function renderProblems({ problems }: ResearchReport, width: number): string {
  return problems.map((problem) => wrapText(`✗ ${cleanUntrustedText(problem, MAX_REASON_LENGTH)}`, width)).join('\n');
}

function rule(title: string, width: number): string {
  return `── ${cleanUntrustedText(title, width - 10)} `.padEnd(width, '─');
}
