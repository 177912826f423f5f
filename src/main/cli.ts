import { readFile } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import type { ServerChoice } from '../cli/command-runner.ts';

// Compiled code is kept between calls, which saves a third of a command's time; so all else is loaded after this.
enableCompileCache();
const { runCli } = await import('../cli/program.ts');

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
const sources = { connect, diagnose };
process.exitCode = await runCli(process.argv.slice(2), io, sources);
await close();

async function connect({ server, tokenFile }: ServerChoice) {
  const { loadConfig } = await import('../config.ts');
  const config = loadConfig();
  const address = server ?? config.remote.server;
  if (address !== null) {
    const { connectToServer } = await import('./remote-cli.ts');
    return connectToServer({ server: address, tokenFile, token: config.remote.token });
  }
  // Loaded only by commands that connect: `--help` should not wait for database drivers.
  const [{ openLinks }, { createBooks }, { cliContext }, { assertSchemaCurrent }] = await Promise.all([
    import('./links.ts'),
    import('./books.ts'),
    import('./cli-context.ts'),
    import('../../db/migrator.ts'),
  ]);
  const links = await openLinks(config);
  const books = createBooks(config, links.db);
  close = async () => {
    await books.ibkrData.close();
    await links.close();
  };
  await assertSchemaCurrent(links.db);
  return cliContext(config, books, links.temporal);
}

async function diagnose() {
  const [{ loadConfig }, doctor] = await Promise.all([import('../config.ts'), import('./doctor.ts')]);
  return doctor.diagnose(loadConfig(), () => new Date());
}
