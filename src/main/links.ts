import type { Kysely } from 'kysely';
import { closeDatabase, openDatabase } from '../../db/connection.ts';
import type { DB } from '../../db/schema.gen.ts';
import { connectTemporal, type TemporalLink } from '../adapters/temporal/connection.ts';
import type { Config } from '../config.ts';
import { databaseUrl } from './database-url.ts';
import { temporalSettings } from './temporal-settings.ts';

/** The two servers that everything needs, connected. */
export interface Links {
  readonly db: Kysely<DB>;
  readonly temporal: TemporalLink;
  close(): Promise<void>;
}

/** STACK_NOT_RUNNING, DATABASE_UNREACHABLE at first use, TEMPORAL_UNREACHABLE. */
export async function openLinks(config: Config, plugins: TemporalLink['plugins'] = []): Promise<Links> {
  const db = openDatabase(await databaseUrl(config));
  try {
    const temporal = await connectTemporal(temporalSettings(config), plugins);
    return {
      db,
      temporal,
      close: async () => {
        await temporal.close();
        await closeDatabase(db);
      },
    };
  } catch (error) {
    await closeDatabase(db);
    throw error;
  }
}
