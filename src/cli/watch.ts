import { setTimeout as delay } from 'node:timers/promises';
import type { CliIo } from './io.ts';

const INTERVAL_MS = 1000;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/**
 * Shows `render` again and again until `isOver`: in place on a terminal, otherwise one block whenever it has changed.
 * The last picture is left to the caller.
 */
export async function watch(
  io: Pick<CliIo, 'stdout' | 'isTTY'>,
  render: () => Promise<string>,
  isOver: () => Promise<boolean>,
  intervalMs: number = INTERVAL_MS,
): Promise<void> {
  let shown = '';
  while (!(await isOver())) {
    const text = await render();
    if (io.isTTY) io.stdout.write(`${CLEAR_SCREEN}${text}\n`);
    else if (withoutAges(text) !== shown) io.stdout.write(`${text}\n\n`);
    shown = withoutAges(text);
    await delay(intervalMs);
  }
  if (io.isTTY && shown !== '') io.stdout.write(CLEAR_SCREEN);
}

/** Ages grow all the time: their growing alone is no news. */
function withoutAges(text: string): string {
  return text.replace(/\d+ (s|m|h|d)\b/g, '').replace(/ +/g, ' ');
}
