import { FoliosError } from '../../contracts/errors.ts';
import { type ResearchStrategy, researchStrategySchema } from '../../contracts/schemas/strategy.ts';
import { SAMPLE_METHOD_CONTEXT } from '../../domain/research/method-context.ts';
import type { TemplateRenderer } from '../../ports/template-renderer.ts';
import { readDocument } from './document.ts';
import { issueProblems } from './issue-problems.ts';

/** A method of 20,000 characters and 500 tickers fit several times. */
const MAX_FILE_LENGTH = 100_000;
const MAX_PROBLEMS = 50;

/**
 * A strategy from the text of a YAML or JSON file. Fails with one STRATEGY_INVALID that names every mistake, a line each
 * with its path, e.g. `providers[1].mode: openai has no cli mode; it has batch, direct`; `details.problems` is the list.
 */
export function parseStrategyFile(text: string, fileName: string, templates: TemplateRenderer): ResearchStrategy {
  if (text.length > MAX_FILE_LENGTH) {
    throw invalid(fileName, [`the file has ${text.length} characters; at most ${MAX_FILE_LENGTH} are read`]);
  }
  const document = readDocument(text);
  if (!document.ok) throw invalid(fileName, document.problems);
  const parsed = researchStrategySchema.safeParse(document.value);
  const problems = [
    ...(parsed.success ? [] : issueProblems(parsed.error.issues, document.value)),
    ...methodProblems(document.value, templates),
  ];
  if (!parsed.success || problems.length > 0) throw invalid(fileName, problems);
  return parsed.data;
}

/** The template is tried even when other fields are wrong, so that a person sees all mistakes at once. */
function methodProblems(value: unknown, templates: TemplateRenderer): readonly string[] {
  const method = (value as { method?: unknown } | null)?.method;
  if (typeof method !== 'string') return [];
  return templates.check(method, SAMPLE_METHOD_CONTEXT).map((problem) => `method: ${problem}`);
}

function invalid(fileName: string, problems: readonly string[]): FoliosError {
  const named = problems.slice(0, MAX_PROBLEMS);
  if (problems.length > MAX_PROBLEMS) named.push(`and ${problems.length - MAX_PROBLEMS} more`);
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  return new FoliosError(
    'STRATEGY_INVALID',
    [`${fileName} has ${count}:`, ...named.map((problem) => `  ${problem}`)].join('\n'),
    {
      file: fileName,
      problems: named,
    },
  );
}
