import { z } from 'zod';
import { FoliosError } from '../../contracts/errors.ts';
import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import { endedSchema, sessionListSchema, sessionParamsSchema } from '../../contracts/schemas/api/users.ts';
import type { UserSession, UserSessions } from '../../ports/user-sessions.ts';
import type { ApiApp } from '../api-app.ts';
import { requireOwnCredentials } from '../auth/user-view.ts';
import { pageOf } from '../paging.ts';

export interface SessionRoutePorts {
  readonly sessions: UserSessions;
  readonly now: () => Date;
}

/** Where a user is logged in, and how to end it. */
export async function sessionRoutes(app: ApiApp, { sessions, now }: SessionRoutePorts): Promise<void> {
  app.get(
    '/sessions',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listSessions',
        tags: ['access'],
        summary: 'List your logins',
        description: 'Those that live: when and from where they were opened, and when they were used last.',
        querystring: pageQuerySchema,
        response: { 200: sessionListSchema },
      },
    },
    async ({ principal, credential, query }) => {
      const current = credential.kind === 'session' ? credential.sessionId : null;
      const mine = principal.userId === null ? [] : await sessions.list(principal.userId, now());
      const views = mine.map((session) => ({ ...sessionView(session), current: session.sessionId === current }));
      return pageOf(views, ({ sessionId }) => sessionId, query);
    },
  );

  app.delete(
    '/sessions/:sessionId',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'endSession',
        tags: ['access'],
        summary: 'End one of your logins',
        description: 'Whoever uses it has to log in again.',
        params: sessionParamsSchema,
        response: { 204: z.undefined().describe('Ended') },
      },
    },
    async (request, reply) => {
      const { sessionId } = request.params;
      const ended = await sessions.end(requireOwnCredentials(request), sessionId);
      if (!ended) throw new FoliosError('RESOURCE_NOT_FOUND', `no session of yours has the id ${sessionId}`);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/sessions',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'endOtherSessions',
        tags: ['access'],
        summary: 'End all your other logins',
        description: 'All but the one that the request comes with.',
        response: { 200: endedSchema },
      },
    },
    async (request) => {
      const { credential } = request;
      const kept = credential.kind === 'session' ? credential.sessionId : null;
      return { ended: await sessions.endAll(requireOwnCredentials(request), kept) };
    },
  );
}

function sessionView({ sessionId, createdAt, lastSeenAt, expiresAt, ip, userAgent }: UserSession) {
  return {
    ...{ sessionId, ip, userAgent },
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
