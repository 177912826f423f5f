import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { createResearchRepository } from '../../../db/repositories/research.ts';

/** Takes the lock named by its second argument, says so, and holds it until it is killed. */
const [url = '', name = ''] = process.argv.slice(2);
const db = openDatabase(url);
await createResearchRepository(db).withLock(name, async () => {
  process.stdout.write('locked\n');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
await closeDatabase(db);
