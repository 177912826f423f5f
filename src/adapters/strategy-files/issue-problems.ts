import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The schema's findings as lines `path: what is wrong` in words for the person who wrote the file. */
export function issueProblems(issues: readonly Issue[], document: unknown): readonly string[] {
  return issues.flatMap((issue) => describe(issue, document));
}

function describe(issue: Issue, document: unknown): readonly string[] {
  const path = pathText(issue.path);
  const value = valueAt(document, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${pathText([...issue.path, key])}: is not a field of a strategy`);
    case 'invalid_type':
      if (value === undefined) return [`${path}: is missing`];
      return [`${path}: must be ${withArticle(issue.expected)}, not ${show(value)}${quoteHint(issue.expected, value)}`];
    case 'invalid_value':
      if (value === undefined) return [`${path}: is missing; it must be ${oneOf(issue.values)}`];
      return [`${path}: must be ${oneOf(issue.values)}, not ${show(value)}`];
    case 'too_small':
      return [`${path}: ${boundText(issue.origin, issue.minimum, issue.inclusive === false ? 'above' : 'at least')}`];
    case 'too_big':
      return [`${path}: ${boundText(issue.origin, issue.maximum, issue.inclusive === false ? 'below' : 'at most')}`];
    default:
      return [`${path}: ${issue.message.replace(/^Invalid (input|string): /, '')}`];
  }
}

/** `providers[1].mode`; the document itself is `the file`. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 60)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'the file' : text;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Readonly<Record<PropertyKey, unknown>>)[part];
  }, document);
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function withArticle(kind: string): string {
  if (kind === 'object') return 'a mapping';
  if (kind === 'string') return 'a text';
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function boundText(origin: string, bound: number | bigint, relation: string): string {
  if (origin === 'string') return `must have ${relation} ${bound} characters`;
  return origin === 'array' ? `must have ${relation} ${bound} entries` : `must be ${relation} ${bound}`;
}

/** YAML reads `100000` as a number; amounts are texts, so that no digit is lost. */
function quoteHint(expectedKind: string, value: unknown): string {
  return expectedKind === 'string' && typeof value === 'number' ? '; write it in quotes' : '';
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : String(value);
}
