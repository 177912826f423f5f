import { FoliosError } from '../contracts/errors.ts';

/** How a deed that asks first may be confirmed. */
export interface Confirmation {
  /** Said beforehand, with --yes. */
  readonly yes: boolean;
  /** Puts a question to the person at the terminal; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/** Whether to go on with the `deed` (`cancelling …`). CONFIRMATION_REQUIRED where nobody has said so or can be asked. */
export async function isConfirmed({ yes, ask }: Confirmation, deed: string, question: string): Promise<boolean> {
  if (yes) return true;
  if (!ask) throw new FoliosError('CONFIRMATION_REQUIRED', `${deed} needs a person at a terminal, or --yes`);
  return isYes(await ask(`${question} [y/N] `));
}

/** Anything but y or yes is a no. */
export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}
