import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** One page that people read: its path from the repository's root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** README, CHANGELOG and everything under docs/. */
export function pages(): readonly Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = [
    'README.md',
    'CHANGELOG.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
  return paths.sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

const FENCED_BLOCK = /^ *```.*\n([\s\S]*?)^ *```/gm;

/** A page without its code blocks. */
export function proseOf(text: string): string {
  return text.replace(FENCED_BLOCK, '');
}

/** What a page says in code: the lines of its blocks and its inline spans. */
export function codeOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(FENCED_BLOCK)].flatMap(([, body = '']) => body.split('\n'));
  const spans = [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans].map((line) => line.trim()).filter((line) => line !== '');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
