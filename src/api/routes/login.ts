import { z } from 'zod';
import { FoliosError } from '../../contracts/errors.ts';
import { loggedInSchema, loginSchema, meSchema, setupSchema } from '../../contracts/schemas/api/users.ts';
import type { ApiApp } from '../api-app.ts';
import { type AuthenticationPorts, authenticate, isOwnerAtThisMachine } from '../auth/authenticate.ts';
import type { LoginThrottle } from '../auth/login-throttle.ts';
import { requireSameOrigin } from '../auth/same-origin.ts';
import { clearCookies, openSession } from '../auth/session-cookies.ts';
import { userView } from '../auth/user-view.ts';

export interface LoginRoutePorts extends AuthenticationPorts {
  readonly throttle: LoginThrottle;
  /** Null: the first user is made from this machine alone. */
  readonly setupToken: string | null;
}

/** `POST /setup`, `POST /login`, `POST /logout`, `GET /me`. */
export async function loginRoutes(app: ApiApp, ports: LoginRoutePorts): Promise<void> {
  await setupRoute(app, ports);
  const { throttle } = ports;

  app.post(
    '/login',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'logIn',
        tags: ['access'],
        summary: 'Log in',
        description: 'Opens a session: two cookies, and the `csrfToken` that every change made with them must carry.',
        body: loginSchema,
        response: { 200: loggedInSchema },
      },
    },
    async (request, reply) => {
      requireSameOrigin(request);
      const { password } = request.body;
      const name = request.body.name.toLowerCase().toWellFormed().replaceAll('\0', '\uFFFD');
      throttle.begin(name, request.ip);
      const found = await ports.users.findLogin(name);
      const fits = await ports.credentials.verifyPassword(found?.passwordHash ?? null, password);
      if (!fits || found === null || found.user.disabledAt !== null) {
        request.log.warn({ ip: request.ip }, 'login failed');
        throw new FoliosError('UNAUTHENTICATED', 'the name or the password is wrong');
      }
      throttle.succeeded(name, request.ip);
      const { csrfToken, expiresAt } = await openSession(ports, found.user, request, reply);
      return { user: userView(found.user), csrfToken, expiresAt: expiresAt.toISOString() };
    },
  );

  app.post(
    '/logout',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'logOut',
        tags: ['access'],
        summary: 'Log out',
        description: 'Ends the session that the request came with; a token stays valid.',
        response: { 204: z.undefined().describe('Logged out') },
      },
    },
    async (request, reply) => {
      const { principal, credential } = request;
      if (credential.kind === 'session' && principal.userId !== null) {
        await ports.sessions.end(principal.userId, credential.sessionId);
        clearCookies(reply);
      }
      return reply.code(204).send();
    },
  );

  app.get(
    '/me',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readMe',
        tags: ['access'],
        summary: 'Who you are',
        description: 'Whom folios takes you for, how you proved it, and what you may do.',
        response: { 200: meSchema },
      },
    },
    async ({ principal, credential }) => ({
      ...principal,
      scopes: [...principal.scopes],
      credential: credential.kind,
      csrfToken: credential.kind === 'session' ? credential.csrfToken : null,
    }),
  );
}

async function setupRoute(app: ApiApp, ports: LoginRoutePorts): Promise<void> {
  app.post(
    '/setup',
    {
      config: { access: 'public' },
      // Once there is a user this is a route like any other: nobody without a credential learns anything from it.
      onRequest: async (request) => {
        if (await ports.users.anyExists()) Object.assign(request, await authenticate(request, ports));
      },
      schema: {
        operationId: 'setUp',
        tags: ['access'],
        summary: 'Make the first user, an administrator, and log in',
        description:
          'At the machine itself, or with `FOLIOS_SETUP_TOKEN`. 409 once there is a user, 401 then without a credential.',
        body: setupSchema,
        response: { 200: loggedInSchema },
      },
    },
    async (request, reply) => {
      requireSameOrigin(request);
      const { name, password, setupToken } = request.body;
      if (await ports.users.anyExists()) throw new FoliosError('USER_CONFLICT', 'there is a user already');
      const knows = ports.setupToken !== null && ports.credentials.equal(setupToken ?? '', ports.setupToken);
      if (!knows && !(await isOwnerAtThisMachine(request, ports))) {
        const message =
          'the first user is made at the machine itself, with `folios users add`, or with FOLIOS_SETUP_TOKEN';
        throw new FoliosError('ACCESS_DENIED', message);
      }
      const passwordHash = await ports.credentials.hashPassword(password);
      const user = await ports.users.addFirst({ name, passwordHash }, ports.now());
      const { csrfToken, expiresAt } = await openSession(ports, user, request, reply);
      return { user: userView(user), csrfToken, expiresAt: expiresAt.toISOString() };
    },
  );
}
