import { expect, test } from '@jest/globals';
import { collect } from './testing/run-command.ts';
import { watch } from './watch.ts';

async function watched(pictures: string[], isTTY: boolean): Promise<string> {
  const { stream, text } = collect();
  let shown = 0;
  const render = async () => pictures[shown++] ?? '';
  await watch({ stdout: stream, isTTY }, render, async () => shown >= pictures.length, 1);
  return text();
}

test('in a pipe a picture is written when it has changed by more than its ages', async () => {
  expect(await watched(['running  1 s', 'running 12 s', 'succeeded 2 m 03 s'], false)).toBe(
    'running  1 s\n\nsucceeded 2 m 03 s\n\n',
  );
});

test('on a terminal each picture replaces the one before, and the place is left clear', async () => {
  const clear = '\u001b[2J\u001b[H';
  expect(await watched(['running 1 s', 'running 2 s'], true)).toBe(
    `${clear}running 1 s\n${clear}running 2 s\n${clear}`,
  );
});
