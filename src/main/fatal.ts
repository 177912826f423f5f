import { remedyFor } from '../cli/remedies.ts';
import { describeFailure } from '../service/failure.ts';

/** The one form in which a program of ours says why it cannot go on. */
export function fatalMessage(error: unknown): string {
  const { code, message } = describeFailure(error);
  const remedy = remedyFor(code);
  // A defect is reported with its stack; what a person can mend is one readable message.
  const stack = code === 'INTERNAL' && error instanceof Error && error.stack ? `\n${error.stack}` : '';
  return `error ${code}: ${message}${remedy ? `\n${remedy}` : ''}${stack}`;
}
