import { startEmbeddedPostgres } from '../../../src/main/embedded/postgres.ts';

/** Starts the server on the data directory of its argument, says so, and waits to be killed. */
await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', port: 0 });
process.stdout.write('started\n');
setInterval(() => undefined, 1_000);
