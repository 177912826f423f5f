import { formatUsd } from '../../domain/money/decimal.ts';
import type { AccountComparison } from '../../service/account-comparison.ts';
import { formatCostUsd, formatCount, formatSignedPercent } from '../../service/text/amounts.ts';
import type { Column } from '../text/table.ts';

/** The columns of a comparison, as `compare` and the report's ranking show them. */
export const COMPARISON_COLUMNS: readonly Column<AccountComparison>[] = [
  { head: 'initial $', align: 'right', cell: (row) => formatUsd(row.initialUsd) },
  { head: 'value $', align: 'right', cell: (row) => formatUsd(row.totalUsd) },
  { head: 'return %', align: 'right', cell: (row) => formatSignedPercent(row.returnPercent) },
  { head: 'S&P 500 %', align: 'right', cell: (row) => formatSignedPercent(row.benchmarkPercent) },
  { head: 'excess %', align: 'right', cell: (row) => formatSignedPercent(row.excessPercent) },
  { head: 'calls', align: 'right', cell: (row) => formatCount(row.llm.calls) },
  { head: 'tokens', align: 'right', cell: (row) => formatCount(row.llm.inputTokens + row.llm.outputTokens) },
  { head: 'LLM $', align: 'right', cell: (row) => formatCostUsd(row.llm.costUsd) },
  { head: 'net %', align: 'right', cell: (row) => formatSignedPercent(row.costAdjustedReturnPercent) },
];

/** What the shorter heads of a comparison mean. */
export const COMPARISON_LEGEND =
  'excess = return − S&P 500 over the same window; net = return after the cost of the LLM calls';
