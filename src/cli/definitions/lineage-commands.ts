import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import type { CommandRunner } from '../command-runner.ts';
import { defineCommand } from './define-command.ts';

const ROOT_HASH = /^[0-9a-f]{64}$/i;

/** `lineage`: what happened and why, as a tree, as a sealed file, and that file checked. */
export function addLineageCommands(program: Command, runner: CommandRunner): void {
  const lineage = defineCommand(
    program,
    'lineage <id>',
    'Show what happened and why: every step of a run, task or ticket',
    [
      'lineage 0198c0de',
      'lineage research/0198c0de-0000-7000-8000-00000000bbbb --json',
      'lineage 0198c0de --export run.folios',
    ],
  )
    .option('--export <file>', 'write histories, artifacts and lineage into one sealed file instead')
    .action(
      runner.action(async (call, options, [id]) => {
        const [context, { exportLineage, showLineage }] = await Promise.all([
          call.connect(),
          import('../commands/lineage.ts'),
        ]);
        if (typeof options.export !== 'string') return showLineage(context, id as string, call.view(context));
        const path = options.export;
        return exportLineage(context, id as string, { path, write: (bytes) => write(path, bytes) });
      }),
    );

  defineCommand(lineage, 'verify <bundle>', 'Check a sealed file offline and name the first byte that was changed', [
    'lineage verify run.folios',
    'lineage verify run.folios --root 3f9a…',
  ])
    .option('--root <hash>', 'the root hash that the export printed', parseRootHash)
    .action(
      runner.action(async (_call, options, [bundle]) => {
        const path = bundle as string;
        const [bytes, { verifyBundle }] = await Promise.all([read(path), import('../commands/lineage.ts')]);
        return verifyBundle(path, bytes, (options.root ?? null) as string | null);
      }),
    );
}

function parseRootHash(text: string): string {
  if (ROOT_HASH.test(text)) return text.toLowerCase();
  throw new FoliosError('INPUT_INVALID', '--root is a sha256 of 64 hexadecimal digits');
}

async function read(path: string): Promise<Uint8Array> {
  return await readFile(path).catch((error: Error) => {
    throw new FoliosError('INPUT_INVALID', `${path} cannot be read: ${error.message}`);
  });
}

/** Never over another file: what is there may be the only copy of an older export. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EEXIST' ? 'there is a file of this name already' : error.message;
    throw new FoliosError('INPUT_INVALID', `${path} cannot be written: ${reason}`);
  });
}
