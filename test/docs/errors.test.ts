import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ERRORS } from '../../src/contracts/errors.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Each `### CODE` section with the paragraph that follows it and everything up to the next heading. */
function sections(markdown: string): { code: string; summary: string; text: string }[] {
  return markdown
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = '', summary = ''] = section.split('\n\n');
      const text = section.split(/^## /m)[0] ?? '';
      return { code: heading.replaceAll('`', '').trim(), summary: summary.replaceAll('\n', ' '), text };
    });
}

describe('docs/errors.md', () => {
  const documented = sections(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8'));

  test('has exactly one section for every code of the registry', () => {
    expect(documented.map(({ code }) => code).sort()).toEqual(Object.keys(ERRORS).sort());
  });

  test('says of each code what the registry says: its summary and whether it is retried', () => {
    const registry = Object.entries(ERRORS).map(([code, { summary, retryable }]) => [
      code,
      `${summary} _${retryable ? 'Retried' : 'Not retried'}._`,
    ]);
    expect(Object.fromEntries(documented.map(({ code, summary }) => [code, summary]))).toEqual(
      Object.fromEntries(registry),
    );
  });

  test('tells for every code what to do', () => {
    expect(documented.filter(({ text }) => !text.includes('\nWhat to do: ')).map(({ code }) => code)).toEqual([]);
  });
});
