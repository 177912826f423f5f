import { type Kysely, sql } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';

/**
 * Keeps one account of the paper broker in the database: a process that takes it over finds it as it was left. Steps are
 * numbered, and one that is not newer than what is there is refused: its writer has lost the account to another.
 */
export function createPaperStore(db: Kysely<DB>, account: string) {
  return withTranslatedErrors({
    async accounts(): Promise<readonly string[]> {
      return [account];
    },
    async load(): Promise<readonly string[]> {
      const rows = await db
        .selectFrom('paper_broker_steps')
        .select('step')
        .where('broker_account', '=', account)
        .orderBy('number')
        .execute();
      return rows.map((row) => row.step);
    },
    append: (_account: string, step: string, number: number) => insertNewer(db, account, step, number),
    async replace(_account: string, step: string, number: number): Promise<void> {
      await db.transaction().execute(async (trx) => {
        await insertNewer(trx, account, step, number);
        await trx
          .deleteFrom('paper_broker_steps')
          .where('broker_account', '=', account)
          .where('number', '<', number)
          .execute();
      });
    },
  });
}

async function insertNewer(db: Kysely<DB>, account: string, step: string, number: number): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into paper_broker_steps (broker_account, number, step)
    select ${account}, ${number}, ${step}
    where not exists (select from paper_broker_steps where broker_account = ${account} and number >= ${number})
  `.execute(db);
  if (numAffectedRows === 1n) return;
  throw new FoliosError(
    'BROKER_SESSION_CONFLICT',
    `another process has written step ${number} of paper account ${account}`,
    {
      account,
      number,
    },
  );
}
