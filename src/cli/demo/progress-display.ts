import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';
import { MAX_WIDTH } from '../io.ts';
import { wrapText } from '../text/wrap.ts';
import type { ProgressLine } from './lifecycle-progress.ts';

/** Shows how work goes on; `end` leaves the last picture on the screen. */
export interface ProgressDisplay {
  update(lines: readonly ProgressLine[]): void;
  end(): Promise<void>;
}

const MAX_LINE_LENGTH = 300;
const MARKS: Readonly<Record<ProgressLine['status'], string>> = { waiting: ' ', working: '·', done: '✓', failed: '✗' };

/** For logs and pipes: one line whenever something has changed. */
export function createPlainProgress(stream: NodeJS.WritableStream): ProgressDisplay {
  const shown = new Map<string, string>();
  return {
    update(lines) {
      for (const line of lines) {
        if (shown.get(line.key) === line.news) continue;
        shown.set(line.key, line.news);
        stream.write(`${wrapText(`  ${MARKS[line.status]} ${progressText(line)}`, MAX_WIDTH, '      ')}\n`);
      }
    },
    end: async () => undefined,
  };
}

/** The text of a line, with what a provider wrote into it made harmless. */
export function progressText(line: ProgressLine): string {
  return cleanUntrustedText(line.text, MAX_LINE_LENGTH);
}
