import type { FastifyReply, FastifyRequest } from 'fastify';
import { FoliosError } from '../../contracts/errors.ts';
import { mayDo } from '../../domain/access/principal.ts';
import type { ApiApp } from '../api-app.ts';
import { rateLimited } from '../plugins/problems.ts';
import { type AuthenticationPorts, authenticate } from './authenticate.ts';

export interface GuardOptions {
  /** Requests of one principal in a minute; without one, of one address. */
  readonly requestsPerMinute: number;
}

const WINDOW_MS = 60_000;

/**
 * Nobody comes past: every route but the public ones has a principal with the scope it states, also addresses that do not
 * exist. After `@fastify/cookie` and `@fastify/rate-limit`.
 */
export function addGuard(app: ApiApp, ports: AuthenticationPorts, { requestsPerMinute }: GuardOptions): void {
  app.decorateRequest('principal');
  app.decorateRequest('credential');
  const limit = app.createRateLimit({
    max: requestsPerMinute,
    timeWindow: WINDOW_MS,
    keyGenerator: ({ principal, ip }) => (principal?.userId ? `user/${principal.userId}` : `address/${ip}`),
  });
  const withinLimit = async (request: FastifyRequest, reply: FastifyReply) => {
    const state = await limit(request);
    if (state.isAllowed) return;
    reply.header('ratelimit-limit', state.max).header('ratelimit-remaining', state.remaining);
    reply.header('ratelimit-reset', state.ttlInSeconds);
    if (state.isExceeded) throw rateLimited('too many requests', state.ttlInSeconds);
  };
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config?.access;
    if (access === 'public') return withinLimit(request, reply);
    try {
      Object.assign(request, await authenticate(request, ports));
    } catch (error) {
      // Who guesses tokens is slowed down as well.
      await withinLimit(request, reply);
      throw error;
    }
    await withinLimit(request, reply);
    if (access === undefined || mayDo(request.principal, access)) return;
    const { role, scopes } = request.principal;
    throw new FoliosError('ACCESS_DENIED', `this needs the scope ${access}`, { needed: access, role, scopes });
  });
}
