import { createHash, randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, FoliosError } from '../../contracts/errors.ts';
import type { IdempotencyKeys, RequestKey } from '../../ports/idempotency.ts';
import type { ApiApp } from '../api-app.ts';

const KEPT_MS = 24 * 3_600_000;
/** No request takes this long: its process died in between. */
const ABANDONED_MS = 5 * 60_000;
const SWEEP_EVERY_MS = 3_600_000;
const MAX_KEPT_BODY_LENGTH = 1_000_000;

export interface IdempotencyPorts {
  readonly idempotency: IdempotencyKeys;
  readonly now: () => Date;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The key that this request has taken; null where it came without one. */
    idempotencyKey: RequestKey | null;
  }
}

/**
 * A request with an `Idempotency-Key` to a route that starts something is done once; its repetition is given the answer of
 * the first, also after a restart. IDEMPOTENCY_CONFLICT for another request with the same key, IDEMPOTENCY_IN_PROGRESS while
 * the first is at work. After the guard.
 */
export function addIdempotency(app: ApiApp, { idempotency, now }: IdempotencyPorts): void {
  let sweptAt = 0;
  app.decorateRequest('idempotencyKey', null);
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === null) return;
    const at = now();
    const forgottenBefore = new Date(at.getTime() - KEPT_MS);
    const abandonedBefore = new Date(at.getTime() - ABANDONED_MS);
    if (at.getTime() - sweptAt > SWEEP_EVERY_MS) {
      sweptAt = at.getTime();
      await idempotency.forget(forgottenBefore);
    }
    const claimed = await idempotency.claim(key, hashOf(request), { at, abandonedBefore, forgottenBefore });
    if (claimed.kind === 'first') {
      request.idempotencyKey = key;
      return;
    }
    if (claimed.kind === 'answered') {
      const { status, contentType, body } = claimed.answer;
      return reply.code(status).type(contentType).header('idempotency-replayed', 'true').send(body);
    }
    if (claimed.kind === 'in_progress') {
      const message = 'the first request with this key is still at work; repeat it in a moment';
      throw new FoliosError('IDEMPOTENCY_IN_PROGRESS', message, { retryAfterSeconds: 1 });
    }
    throw new FoliosError('IDEMPOTENCY_CONFLICT', 'the key was used for another request; take a new one');
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const key = request.idempotencyKey;
    if (key === null) return payload;
    request.idempotencyKey = null;
    await settle(idempotency, key, reply, payload).catch((error: unknown) => {
      // What was done is done: the answer matters more than its memory.
      request.log.error({ err: error }, 'the answer to an idempotent request could not be kept');
    });
    return payload;
  });
}

/**
 * The id of what the request starts: the same for every repetition with its key, so that even a request whose process died
 * half way starts nothing twice. Random where there is no key.
 */
export function startedId(request: FastifyRequest): string {
  const key = request.idempotencyKey;
  if (key === null) return randomUUID();
  const hex = sha256(JSON.stringify([key.principal, key.operation, key.key])).slice(0, 32);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}

function keyOf(request: FastifyRequest): RequestKey | null {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || request.routeOptions.config?.startsSomething !== true) return null;
  const operation = `${request.method} ${(request.routeOptions.url ?? '').replace(/^\/api\/v1\//, '/api/')}`;
  return { principal: request.principal.userId ?? 'operator', operation, key };
}

/** The input after validation: defaults filled in, keys in the order of the schema. */
function hashOf({ params, query, body }: FastifyRequest): string {
  return sha256(JSON.stringify([params ?? null, query ?? null, body ?? null]));
}

async function settle(
  idempotency: IdempotencyKeys,
  key: RequestKey,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  const body = payload === undefined || payload === null ? '' : payload;
  const isKept = typeof body === 'string' && body.length <= MAX_KEPT_BODY_LENGTH && !mayBeRepeated(reply, body);
  if (!isKept) return idempotency.release(key);
  const contentType = String(reply.getHeader('content-type') ?? 'application/json; charset=utf-8');
  await idempotency.answer(key, { status: reply.statusCode, contentType, body });
}

/** A failure that may pass, such as a broker that is not there: the same request may be made again. */
function mayBeRepeated({ statusCode }: FastifyReply, body: string): boolean {
  if (statusCode >= 500) return true;
  if (statusCode < 400) return false;
  const { code } = JSON.parse(body) as { code?: ErrorCode };
  return code !== undefined && code in ERRORS && ERRORS[code].retryable;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
