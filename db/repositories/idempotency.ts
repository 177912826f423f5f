import { type Kysely, sql } from 'kysely';
import type { ClaimedRequest, IdempotencyKeys, KeptAnswer, RequestKey } from '../../src/ports/idempotency.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';

/** Binds the kept answers to a database: a restart forgets none. */
export function createIdempotencyKeys(db: Kysely<DB>): IdempotencyKeys {
  return withTranslatedErrors<IdempotencyKeys>({
    claim: (key, requestSha256, times) => claim(db, key, requestSha256, times),
    async answer(key, { status, contentType, body }) {
      await db
        .updateTable('idempotency_keys')
        .set({ status, content_type: contentType, body })
        .where('principal', '=', key.principal)
        .where('operation', '=', key.operation)
        .where('key', '=', key.key)
        .execute();
    },
    async release(key) {
      await db
        .deleteFrom('idempotency_keys')
        .where('principal', '=', key.principal)
        .where('operation', '=', key.operation)
        .where('key', '=', key.key)
        .where('status', 'is', null)
        .execute();
    },
    async forget(before) {
      const forgotten = await db.deleteFrom('idempotency_keys').where('claimed_at', '<', before).executeTakeFirst();
      return Number(forgotten.numDeletedRows);
    },
  });
}

/** One statement takes the key or leaves it: of two requests at the same moment one is the first. */
async function claim(
  db: Kysely<DB>,
  key: RequestKey,
  requestSha256: string,
  { at, abandonedBefore, forgottenBefore }: { at: Date; abandonedBefore: Date; forgottenBefore: Date },
): Promise<ClaimedRequest> {
  const taken = await db
    .insertInto('idempotency_keys')
    .values({ ...key, request_sha256: requestSha256, claimed_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(['principal', 'operation', 'key'])
        .doUpdateSet({
          request_sha256: requestSha256,
          claimed_at: at,
          status: null,
          content_type: null,
          body: null,
        })
        .where(
          sql<boolean>`idempotency_keys.claimed_at < ${forgottenBefore} or (idempotency_keys.status is null and idempotency_keys.claimed_at < ${abandonedBefore}
            and idempotency_keys.request_sha256 = ${requestSha256})`,
        ),
    )
    .returning('key')
    .executeTakeFirst();
  if (taken !== undefined) return { kind: 'first' };
  const kept = await db
    .selectFrom('idempotency_keys')
    .select(['request_sha256', 'status', 'content_type', 'body'])
    .where('principal', '=', key.principal)
    .where('operation', '=', key.operation)
    .where('key', '=', key.key)
    .executeTakeFirst();
  // Given back between the two statements: whoever asks again has it.
  if (kept === undefined) return { kind: 'in_progress' };
  if (kept.request_sha256 !== requestSha256) return { kind: 'other_request' };
  const answer = answerOf(kept);
  return answer === null ? { kind: 'in_progress' } : { kind: 'answered', answer };
}

function answerOf(kept: {
  status: number | null;
  content_type: string | null;
  body: string | null;
}): KeptAnswer | null {
  const { status, content_type: contentType, body } = kept;
  return status === null || contentType === null || body === null ? null : { status, contentType, body };
}
