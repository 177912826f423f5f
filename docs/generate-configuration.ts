import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_VARIABLES, type ConfigVariable } from '../src/config-variables.ts';

const FILE = join(import.meta.dirname, 'configuration.md');
const BEGIN = '<!-- begin of the generated table -->';
const END = '<!-- end of the generated table -->';

/** The page with its table made anew from CONFIG_VARIABLES; what stands outside the two markers stays. */
export function withTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new Error('docs/configuration.md has lost a marker');
  return [before, BEGIN, '\n\n', table(), '\n\n', END, after].join('');
}

/** Padded as Biome formats it, so that formatting the page changes nothing. */
function table(): string {
  const rows = Object.entries<ConfigVariable>(CONFIG_VARIABLES).map(([name, variable]) => {
    const secret = variable.secret === true ? ' _Secret: never printed._' : '';
    return [`\`${name}\``, shownDefault(variable), `${variable.meaning}${secret}`];
  });
  const all = [['variable', 'default', 'meaning'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function shownDefault({ shownDefault: words, default: value }: ConfigVariable): string {
  if (words !== undefined) return words;
  return value === null ? 'not set' : `\`${value}\``;
}

// `npx node docs/generate-configuration.ts` writes the page; the test only compares.
if (import.meta.main) writeFileSync(FILE, withTable(readFileSync(FILE, 'utf8')));
