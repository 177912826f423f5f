import { spawnSync } from 'node:child_process';

/** A command line that runs `command` in a terminal of 40 lines and 120 columns, with util-linux's `script`. */
export function inTerminal(command: readonly string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return [
    'script',
    '--quiet',
    '--return',
    '--flush',
    '--command',
    `stty rows 40 cols 120; exec ${quoted}`,
    '/dev/null',
  ];
}

/** Whether this machine has that program; other systems' programs of the same name take other options. */
export function hasTerminal(): boolean {
  const [file = '', ...args] = inTerminal(['true']);
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
}
