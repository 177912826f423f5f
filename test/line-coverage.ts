import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface FolderCoverage {
  readonly folder: string;
  readonly lines: number;
  readonly covered: number;
}

interface FileReport {
  readonly path: string;
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>;
  readonly s: Readonly<Record<string, number>>;
}

/**
 * Line coverage per folder over every `<coverageDir>/<part>/coverage-final.json`. A line counts as covered if any part
 * ran a statement that begins on it; merging by line holds although the parts instrument the same file differently.
 */
export async function mergeLineCoverage(
  root: string,
  coverageDir: string,
  folders: readonly string[],
): Promise<readonly FolderCoverage[]> {
  const hits = new Map<string, Map<number, number>>();
  for (const report of await readReports(coverageDir)) {
    for (const file of Object.values(report)) addHits(hits, relative(root, file.path), file);
  }
  return folders.map((folder) => {
    const files = [...hits].filter(([path]) => path.startsWith(`${folder}/`)).map(([, lines]) => [...lines.values()]);
    const lines = files.flat();
    return { folder, lines: lines.length, covered: lines.filter((count) => count > 0).length };
  });
}

async function readReports(coverageDir: string): Promise<Record<string, FileReport>[]> {
  const parts = await readdir(coverageDir).catch(() => [] as string[]);
  const texts = await Promise.all(
    parts.map((part) => readFile(join(coverageDir, part, 'coverage-final.json'), 'utf8').catch(() => '{}')),
  );
  return texts.map((text) => JSON.parse(text) as Record<string, FileReport>);
}

function addHits(hits: Map<string, Map<number, number>>, path: string, file: FileReport): void {
  const lines = hits.get(path) ?? new Map<number, number>();
  hits.set(path, lines);
  for (const [id, { start }] of Object.entries(file.statementMap)) {
    lines.set(start.line, Math.max(lines.get(start.line) ?? 0, file.s[id] ?? 0));
  }
}
