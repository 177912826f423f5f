import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withTable } from '../../docs/generate-configuration.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('docs/configuration.md', () => {
  test('shows every environment variable as the program reads it; node docs/generate-configuration.ts repairs it', () => {
    const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
    expect(page).toEqual(withTable(page));
  });
});
