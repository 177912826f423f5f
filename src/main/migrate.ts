import { closeDatabase, openDatabase } from '../../db/connection.ts';
import { migrateToLatest, rollbackOne } from '../../db/migrator.ts';
import { loadConfig } from '../config.ts';
import { databaseUrl } from './database-url.ts';
import { fatalMessage } from './fatal.ts';

/** `npm run db:migrate` and `npm run db:rollback`, for databases that are not the embedded one's business. */
async function main(direction: string | undefined): Promise<void> {
  if (direction !== 'up' && direction !== 'down') throw new Error('usage: migrate.ts up|down');
  const db = openDatabase(await databaseUrl(loadConfig()));
  try {
    const names = await (direction === 'up' ? migrateToLatest(db) : rollbackOne(db));
    const verb = direction === 'up' ? 'applied' : 'rolled back';
    process.stdout.write(names.length === 0 ? 'nothing to do\n' : `${verb}: ${names.join(', ')}\n`);
  } finally {
    await closeDatabase(db);
  }
}

await main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${fatalMessage(error)}\n`);
  process.exitCode = 1;
});
