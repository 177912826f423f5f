import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';

export type ReadDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly string[] };

/** More tell a person nothing, and hostile text makes tens of thousands. */
const MAX_SYNTAX_PROBLEMS = 5;

/** The reader is recursive and reports its own exhaustion as one syntax error among others. */
const STACK_EXHAUSTED = /call stack|stack overflow/i;

/**
 * The data of a YAML 1.2 or JSON text: one document, no aliases (they can make a small file huge), no tags of other
 * languages, no key twice. Each problem carries its line and column.
 */
export function readDocument(text: string): ReadDocument {
  const lines = new LineCounter();
  try {
    // The reader's own search for repeated keys is quadratic and its excerpts cost a pass over the text per error.
    const options = {
      version: '1.2',
      schema: 'core',
      logLevel: 'error',
      uniqueKeys: false,
      prettyErrors: false,
    } as const;
    const document = parseDocument(text.replace(/^\uFEFF/, ''), { ...options, lineCounter: lines });
    const found = [...document.errors, ...document.warnings];
    if (found.some((one) => STACK_EXHAUSTED.test(one.message)))
      return { ok: false, problems: ['the file is nested too deeply'] };
    const problems = found
      .slice(0, MAX_SYNTAX_PROBLEMS)
      .map((one) => `${placeOf(one.pos[0], lines)}: ${one.message.slice(0, 200)}`);
    if (found.length === 0) problems.push(...repeatedKeys(document, lines));
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, value: document.toJS({ maxAliasCount: 0 }) };
  } catch (error) {
    return { ok: false, problems: [refusal(error)] };
  }
}

function repeatedKeys(document: Document, lines: LineCounter): readonly string[] {
  const problems: string[] = [];
  visit(document, {
    Map: (_position, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name))
          problems.push(`${placeOf(rangeStart(key), lines)}: ${String(name).slice(0, 60)} stands twice`);
        seen.add(name);
      }
    },
  });
  return problems.slice(0, MAX_SYNTAX_PROBLEMS);
}

function rangeStart(node: unknown): number {
  return (node as { range?: readonly [number, number, number] | null }).range?.[0] ?? 0;
}

function placeOf(offset: number, lines: LineCounter): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

/** What the reader throws instead of collecting it: an alias, or the stack's end. */
function refusal(error: unknown): string {
  const message = String((error as { message?: unknown }).message);
  if (STACK_EXHAUSTED.test(message)) return 'the file is nested too deeply';
  return message.startsWith('Alias') ? 'the file has an alias (*name); write the value out' : message.slice(0, 200);
}
