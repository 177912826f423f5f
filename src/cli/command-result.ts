import type { FoliosError } from '../contracts/errors.ts';

/** What a command found or did, for people and for programs; the runner prints one of the two. */
export interface CommandResult {
  /** Becomes the JSON document: decimal strings, ISO times. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Reported on stderr after the result, with exit code 1: something failed while the rest went through. */
  readonly failure?: FoliosError;
}

/** Layout and time of one call. */
export interface View {
  /** Columns of a line at most. */
  readonly width: number;
  readonly now: Date;
}
