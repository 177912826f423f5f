import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A virtual environment in `folder` (of `.folios`). */
export interface PythonEnvironment {
  readonly folder: string;
  /** Installed from PyPI into it, as pip's arguments: `-r <file>`, or packages with options. */
  readonly installs: readonly (readonly string[])[];
  /** Changes when the environment has to be made again: the pins. */
  readonly pins: string;
  /** What it is for, as the person who waits reads it. */
  readonly purpose: string;
}

/** Makes the environment once, and again when its pins change; returns its interpreter. */
export async function ensurePython({ folder, installs, pins, purpose }: PythonEnvironment): Promise<string> {
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const installed = join(folder, 'installed.txt');
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === pins) return python;
  process.stdout.write(`Installing ${purpose} into ${folder} (about a minute, once) …\n`);
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  for (const packages of installs) {
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  }
  await writeFile(installed, pins);
  return python;
}

/** Runs a program with our output and these variables besides our own; its exit code. */
export function exitCodeOf(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const code = await exitCodeOf(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${code}`);
}
