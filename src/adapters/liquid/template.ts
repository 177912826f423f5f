import { Liquid, type LiquidOptions } from 'liquidjs';
import { FoliosError } from '../../contracts/errors.ts';
import type { TemplateRenderer } from '../../ports/template-renderer.ts';
import { swallowedOutputs } from './swallowed-outputs.ts';
import { unknownVariables } from './unknown-variables.ts';

/** Far above any honest method, far below what would hurt: characters, objects and characters made, milliseconds. */
const PARSE_LIMIT = 100_000;
const MEMORY_LIMIT = 1_000_000;
const RENDER_LIMIT_MS = 1000;
const MAX_RENDERED_LENGTH = 200_000;

/** Tags that load other templates. */
const FILE_TAGS = ['include', 'render', 'layout', 'block'];
/** Filters that read the clock or throw dice: the same task must always get the same prompt. */
const NONDETERMINISTIC_FILTERS = [
  'date',
  'date_to_xmlschema',
  'date_to_rfc822',
  'date_to_string',
  'date_to_long_string',
  'sample',
];

/** Liquid with every door closed: own properties only, strict names, hard limits, no files, no clock, no chance. */
export function createTemplateRenderer(): TemplateRenderer {
  const engine = createEngine({});
  const checkingEngine = createEngine({ catchAllErrors: true });
  return {
    render(template, context) {
      try {
        return renderWith(engine, template, context);
      } catch (error) {
        throw new FoliosError('STRATEGY_INVALID', `template: ${problemOf(error)}`, {}, { cause: error });
      }
    },

    check(template, sample) {
      try {
        const parsed = checkingEngine.parse(template);
        const swallowed = swallowedOutputs(template);
        if (sample === undefined || swallowed.length > 0) return swallowed;
        return tryOn(checkingEngine, template, sample, unknownVariables(checkingEngine, parsed, sample));
      } catch (error) {
        return singleErrors(error).map(problemOf);
      }
    },
  };
}

function createEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid({
    ...options,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: PARSE_LIMIT,
    memoryLimit: MEMORY_LIMIT,
    renderLimit: RENDER_LIMIT_MS,
    templates: {},
  });
  for (const tag of FILE_TAGS) delete engine.tags[tag];
  for (const filter of NONDETERMINISTIC_FILTERS) engine.unregisterFilter(filter);
  return engine;
}

function renderWith(engine: Liquid, template: string, context: object): string {
  const text = String(engine.parseAndRenderSync(template, context));
  if (text.length > MAX_RENDERED_LENGTH) throw new Error(`the result is longer than ${MAX_RENDERED_LENGTH} characters`);
  return text;
}

/** A trial rendering finds what the analysis of names cannot, such as fields of loop variables; each mistake once. */
function tryOn(
  engine: Liquid,
  template: string,
  sample: object,
  unknown: ReadonlyMap<string, string>,
): readonly string[] {
  const problems = new Set(unknown.values());
  try {
    renderWith(engine, template, sample);
  } catch (error) {
    for (const one of singleErrors(error)) {
      const message = problemOf(one);
      const variable = /^undefined variable: ([^,]+),/.exec(message)?.[1];
      if (variable === undefined || !unknown.has(variable)) problems.add(message);
    }
  }
  return [...problems];
}

/** Liquid collects the errors of every block in an error of its own. */
function singleErrors(error: unknown): readonly unknown[] {
  const inner = (error as { errors?: unknown } | null)?.errors;
  return Array.isArray(inner) ? inner.flatMap(singleErrors) : [error];
}

/** Liquid's own words with line and column, in one line. */
function problemOf(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message;
  return String(message ?? error)
    .replace(/\s+/g, ' ')
    .slice(0, 300);
}
