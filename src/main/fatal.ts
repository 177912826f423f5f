import { describeFailure } from '../cli/failure.ts';
import { remedyFor } from '../cli/remedies.ts';

/** The one form in which a program of ours says why it cannot go on. */
export function fatalMessage(error: unknown): string {
  const { code, message } = describeFailure(error);
  const remedy = remedyFor(code);
  return `error ${code}: ${message}${remedy ? `\n${remedy}` : ''}`;
}
