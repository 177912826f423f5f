import { describe, expect, test } from '@jest/globals';
import { renderTable } from './table.ts';
import { wrapText } from './wrap.ts';

describe('renderTable', () => {
  const columns = [
    { head: 'ticker', cell: (row: string[]) => row[0] ?? '' },
    { head: 'value $', align: 'right' as const, cell: (row: string[]) => row[1] ?? '' },
  ];

  test('aligns text left and numbers right under heads in capitals', () => {
    expect(
      renderTable(
        columns,
        [
          ['KO', '1.00'],
          ['GOOGL', '12,345.00'],
        ],
        80,
      ),
    ).toBe(['TICKER    VALUE $', 'KO           1.00', 'GOOGL   12,345.00'].join('\n'));
  });

  test.each([
    ['cut', 'a text that is a g…'],
    ['wrap', 'a text that is'],
  ] as const)('a column that may be %s gives way to the others', (shrink, shown) => {
    const wide = [{ head: 'note', shrink, cell: (row: string[]) => row[2] ?? '' }, ...columns];
    const text = renderTable(wide, [['KO', '1.00', 'a text that is a good deal too long']], 36);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(36);
    expect(text).toContain(shown);
    expect(text).toContain('1.00');
  });

  test('a cell is one line without escapes, whoever wrote it', () => {
    expect(renderTable(columns, [['K\u001b[31mO\r\nFAKE', '1']], 80)).toContain('KO FAKE');
  });

  test('wide characters keep the columns aligned', () => {
    const lines = renderTable(
      columns,
      [
        ['日本', '1'],
        ['KO', '2'],
      ],
      80,
    ).split('\n');
    expect(lines.map((line) => line.length)).toEqual([15, 13, 15]);
  });
});

describe('wrapText', () => {
  test('breaks at spaces, keeps an indent, and cuts what cannot be broken', () => {
    expect(wrapText('  · one two three', 10, '    ')).toBe('  · one\n    two\n    three');
    expect(wrapText('x'.repeat(25), 10)).toBe(
      ['x'.repeat(8), `  ${'x'.repeat(8)}`, `  ${'x'.repeat(8)}`, '  x'].join('\n'),
    );
  });
});
