import { FoliosError } from '../contracts/errors.ts';

const MAX_PROBLEMS = 50;

/** One ORDER_INVALID that names every mistake of a ticket: a single one in the same line, several a line each. */
export function invalidTicket(what: string, problems: readonly string[]): FoliosError {
  const named = problems.slice(0, MAX_PROBLEMS);
  if (problems.length > MAX_PROBLEMS) named.push(`and ${problems.length - MAX_PROBLEMS} more`);
  const text =
    problems.length === 1
      ? `${what} has a mistake: ${problems[0]}`
      : [`${what} has ${problems.length} mistakes:`, ...named.map((problem) => `  ${problem}`)].join('\n');
  return new FoliosError('ORDER_INVALID', text, { problems: named });
}
