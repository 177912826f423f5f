import type { z } from 'zod';
import { FoliosError } from '../src/contracts/errors.ts';

/** The parsed input, or INPUT_INVALID with a line per mistake: the first thing the first activity of every workflow does. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new FoliosError('INPUT_INVALID', `the workflow input is not valid: ${problems.join('; ')}`, { problems });
}
