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

function table(): string {
  const rows = Object.entries<ConfigVariable>(CONFIG_VARIABLES).map(([name, variable]) => {
    const secret = variable.secret === true ? ' *Secret: never printed.*' : '';
    return `| \`${name}\` | ${shownDefault(variable)} | ${variable.meaning}${secret} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function shownDefault({ shownDefault: words, default: value }: ConfigVariable): string {
  if (words !== undefined) return words;
  return value === null ? 'not set' : `\`${value}\``;
}

// `npx node docs/generate-configuration.ts` writes the page; the test only compares.
if (import.meta.main) writeFileSync(FILE, withTable(readFileSync(FILE, 'utf8')));
