import type { Liquid, Template } from 'liquidjs';

/** The shape of liquidjs' analysed variable that is used here: names, indices, or variables in brackets. */
interface AnalysedVariable {
  readonly segments: readonly unknown[];
  readonly location: { readonly row: number; readonly col: number };
}

/** What Liquid itself answers on arrays and strings. */
const BUILT_IN_PROPERTIES: ReadonlySet<unknown> = new Set(['size', 'first', 'last']);

/**
 * Variables of the context that `sample` does not have, on every branch of the template: the variable as written and the
 * problem in words, e.g. `undefined variable: portfolio.cash, line:3, col:9`. Each stands once,
 * with its first place. Loop variables are not followed here.
 */
export function unknownVariables(engine: Liquid, parsed: Template[], sample: object): ReadonlyMap<string, string> {
  const { globals } = engine.analyzeSync(parsed, { partials: false });
  const found = Object.values(globals).flat() as readonly AnalysedVariable[];
  const unknown = new Map<string, string>();
  for (const one of found) {
    const name = String(one);
    if (exists(one.segments, sample) || unknown.has(name)) continue;
    unknown.set(name, `undefined variable: ${name}, line:${one.location.row}, col:${one.location.col}`);
  }
  return unknown;
}

function exists(segments: readonly unknown[], sample: object): boolean {
  let value: unknown = sample;
  for (const segment of segments) {
    if (Array.isArray(value)) {
      value = segment === 'size' ? value.length : value[0];
      if (typeof segment === 'string' && !BUILT_IN_PROPERTIES.has(segment)) return false;
    } else if (typeof value === 'string' && segment === 'size') {
      value = value.length;
    } else if (typeof value !== 'object' || value === null) {
      return false;
    } else if (typeof segment === 'string') {
      if (!Object.hasOwn(value, segment)) return false;
      value = (value as Readonly<Record<string, unknown>>)[segment];
    } else {
      // A property whose name is computed is known only when the template runs.
      return true;
    }
  }
  return true;
}
