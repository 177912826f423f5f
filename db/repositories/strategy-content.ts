import { createHash } from 'node:crypto';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';

/** SHA-256 of a document's content: the order in which somebody wrote its keys does not make a new version. */
export function contentSha256(document: ResearchStrategy): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
