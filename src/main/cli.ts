import { readFile } from 'node:fs/promises';
import { runCli } from '../cli/program.ts';

// A reader that leaves early (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  isTTY: process.stdin.isTTY === true && process.stdout.isTTY === true,
  readFile: (path: string) => readFile(path, 'utf8'),
  elapsedMs: () => performance.now(),
};

let close: () => Promise<void> = async () => undefined;
process.exitCode = await runCli(process.argv.slice(2), io, async () => {
  // Loaded only by commands that connect: `--help` should not wait for database drivers.
  const [{ loadConfig }, { openService }, { cliContext }, { assertSchemaCurrent }] = await Promise.all([
    import('../config.ts'),
    import('./service.ts'),
    import('./cli-context.ts'),
    import('../../db/migrator.ts'),
  ]);
  const config = loadConfig();
  const service = await openService(config);
  close = () => service.close();
  await assertSchemaCurrent(service.services.db);
  return cliContext(config, service);
});
await close();
