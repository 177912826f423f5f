/**
 * Where paper accounts survive the end of their process: an account's state is a list of steps, each a line of text. What
 * `append` or `replace` has returned from is kept whatever happens next; a step that was cut short is none.
 *
 * Steps are numbered from 1 on, also across replacements, and no number is taken twice: the second to write it fails. So
 * a process that was taken for dead, or a write that arrives late, cannot change what another has gone on from.
 */
export interface PaperStore {
  /** Those that have steps. */
  accounts(): Promise<readonly string[]>;
  /** Oldest first; empty for a new account. */
  load(account: string): Promise<readonly string[]>;
  append(account: string, step: string, number: number): Promise<void>;
  /** Puts one step in the place of all there are, at once or not at all. */
  replace(account: string, step: string, number: number): Promise<void>;
}
