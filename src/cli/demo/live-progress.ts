import { DefaultRenderer, Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import type { ProgressLine } from './lifecycle-progress.ts';
import { type ProgressDisplay, progressText } from './progress-display.ts';

const SHOW_CURSOR = '\u001b[?25h';

/** The stack decides whether its output is a terminal; listr2 would look at the process's own stdout. */
class LiveRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

interface Entry {
  readonly task: ListrTaskWrapper<unknown, typeof LiveRenderer, typeof LiveRenderer>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** For a terminal: a list that is redrawn in place, with a spinner at each line that is at work. */
export function createLiveProgress(stream: NodeJS.WritableStream): ProgressDisplay {
  const entries = new Map<string, Entry>();
  let running: Promise<unknown> | null = null;
  // A process that ends in the middle must not leave the terminal without its cursor.
  const restoreCursor = () => void stream.write(SHOW_CURSOR);

  return {
    update(lines) {
      if (running === null) {
        process.once('exit', restoreCursor);
        running = start(stream, lines, entries);
      }
      for (const line of lines) {
        const entry = entries.get(line.key);
        if (!entry) continue;
        entry.task.title = progressText(line);
        if (line.status === 'done') entry.resolve();
        if (line.status === 'failed') entry.reject(new Error(progressText(line)));
      }
    },
    async end() {
      // What is still under way when nobody watches any more must not look done.
      for (const { task, resolve } of entries.values()) {
        if (task.task.isPending()) task.skip();
        resolve();
      }
      await running;
      process.off('exit', restoreCursor);
    },
  };
}

function start(
  stream: NodeJS.WritableStream,
  lines: readonly ProgressLine[],
  entries: Map<string, Entry>,
): Promise<unknown> {
  const list = new Listr<unknown, typeof LiveRenderer, typeof LiveRenderer>(
    lines.map((line) => ({
      title: progressText(line),
      task: (_, task) =>
        new Promise<void>((resolve, reject) => {
          entries.set(line.key, { task, resolve, reject });
        }),
    })),
    {
      concurrent: true,
      exitOnError: false,
      // The stack ends in order on Ctrl-C; listr2 would exit the process at once.
      registerSignalListeners: false,
      renderer: LiveRenderer,
      rendererOptions: {
        formatOutput: 'truncate',
        logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(stream as NodeJS.WriteStream) }),
      },
    },
  );
  return list.run();
}
