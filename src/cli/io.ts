/** The outside of one CLI call: where it writes, what it may read, and how long the process has been running. */
export interface CliIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether a person sits at the terminal, so that a question can be asked. */
  readonly isTTY: boolean;
  readFile(path: string): Promise<string>;
  /** Milliseconds since the process began. */
  elapsedMs(): number;
  /** Asks at the terminal; the process's own terminal where it is absent. */
  readonly ask?: (question: string) => Promise<string>;
  /** Asks without showing what is typed, or reads a line of stdin; the process's own where it is absent. */
  readonly readSecret?: (question: string) => Promise<string>;
}

/** Widest line that we print, in columns. */
export const MAX_WIDTH = 120;
const MIN_WIDTH = 80;

/** Columns to lay a text out for: the terminal's, never more than 120 nor less than 80. */
export function widthOf(stream: NodeJS.WritableStream): number {
  const columns = (stream as { columns?: unknown }).columns;
  return typeof columns === 'number' && columns > 0 ? Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, columns)) : MAX_WIDTH;
}
