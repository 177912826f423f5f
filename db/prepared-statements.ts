import { createHash } from 'node:crypto';
import type pg from 'pg';

/** More texts than the repositories have; those with a list of changing length stop taking names here. */
const MAX_NAMED_STATEMENTS = 300;

/**
 * Has every connection of a pool prepare its statements: one that comes again is only named, and PostgreSQL neither
 * parses nor plans it anew, which is most of the work of our short ones. PgBouncer passes names on from 1.21.
 */
export function prepareStatements(pool: pg.Pool): void {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MAX_NAMED_STATEMENTS) return known;
    const name = createHash('sha256').update(text).digest('base64url');
    names.set(text, name);
    return name;
  };
  pool.on('connect', (client) => {
    const send = client.query.bind(client);
    // Kysely calls its driver with the text and its parameters, and with nothing else.
    const query = (text: string, values: unknown[] = []) => {
      const name = values.length === 0 ? undefined : nameOf(text);
      return name === undefined ? send(text, values) : send({ name, text, values });
    };
    Object.assign(client, { query });
  });
}
