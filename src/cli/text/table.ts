import Table from 'cli-table3';
import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';

/** One column: its head with the unit in it, and its cell of a row. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand right. */
  readonly align?: 'right';
  /** Gives way when the table is wider than the line: cut off with `…`, or wrapped into more lines. */
  readonly shrink?: 'cut' | 'wrap';
}

const GAP = '  ';
const MIN_SHRUNK_WIDTH = 10;
const NO_FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
} as const;
/** More than any line shows; a hostile text costs no more than this. */
const MAX_CELL_LENGTH = 2000;

/**
 * A table of aligned columns without frame or colour, at most `width` columns wide; heads are set in capitals. Cells are
 * cleaned of terminal escapes and control characters here, whoever wrote them.
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string {
  const cells = rows.map((row) => columns.map((column) => cleanUntrustedText(column.cell(row), MAX_CELL_LENGTH)));
  const heads = columns.map((column) => column.head.toUpperCase());
  const table = new Table({
    head: heads,
    chars: NO_FRAME,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: fitWidths(columns, [heads, ...cells], width),
    wordWrap: false,
  });
  for (const row of cells) {
    table.push(row.map((content, index) => ({ content, wordWrap: columns[index]?.shrink === 'wrap' })));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Natural widths, then the columns that may shrink give way, the widest first, until the line fits. */
function fitWidths<Row>(
  columns: readonly Column<Row>[],
  lines: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map((_, index) => Math.max(1, ...lines.map((line) => displayWidth(line[index] ?? ''))));
  let excess = widths.reduce((total, one) => total + one, 0) + GAP.length * (columns.length - 1) - width;
  while (excess > 0) {
    const shrinkable = widths.map((one, index) =>
      columns[index]?.shrink !== undefined && one > MIN_SHRUNK_WIDTH ? one : 0,
    );
    const widest = Math.max(...shrinkable);
    if (widest === 0) break;
    const index = shrinkable.indexOf(widest);
    widths[index] = Math.max(MIN_SHRUNK_WIDTH, widest - excess);
    excess -= widest - (widths[index] ?? 0);
  }
  return widths;
}

/** Columns a text takes: wide East Asian characters and emoji take two. */
function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1;
  return columns;
}

const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u;
const MARK = /\p{M}/u;
