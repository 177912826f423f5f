import { FoliosError } from '../../contracts/errors.ts';

const MAX_PROBLEMS = 50;

/** One ORDER_INVALID that names every mistake of a ticket, a line each. */
export function invalidTicket(what: string, problems: readonly string[]): FoliosError {
  const named = problems.slice(0, MAX_PROBLEMS);
  if (problems.length > MAX_PROBLEMS) named.push(`and ${problems.length - MAX_PROBLEMS} more`);
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  const lines = [`${what} has ${count}:`, ...named.map((problem) => `  ${problem}`)];
  return new FoliosError('ORDER_INVALID', lines.join('\n'), { problems: named });
}
