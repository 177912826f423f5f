import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { NODE } from './install.js';

const END_WITH_PARENT = new URL('./end-with-parent.js', import.meta.url).href;

/** Runs a TypeScript entry on our Node 24, in place of this process where Node can do that, else as its child. */
export function runEntry(entry, args) {
  const command = ['--import', END_WITH_PARENT, ...environmentFile(entry), resolve(entry), ...args];
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    // One process instead of two: signals, exit code and terminal are simply the entry's own.
    process.execve(NODE, [NODE, ...command], process.env);
  }
  const child = spawn(NODE, command, { stdio: 'inherit' });
  // Its parent is this process: what befalls the shell above is noticed here and arrives as a signal.
  import('./end-with-parent.js');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`folios could not start ${NODE}: ${error.message}`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
  });
}

/** A `.env` file in the repository sets variables for the program, never for its tests. */
function environmentFile(entry) {
  return entry.startsWith('src/main/') && existsSync('.env') ? ['--env-file=.env'] : [];
}
