import { z } from 'zod';
import { FoliosError } from '../../contracts/errors.ts';
import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import {
  newUserSchema,
  passwordChangeSchema,
  passwordResetSchema,
  userChangeSchema,
  userListSchema,
  userParamsSchema,
  userSchema,
} from '../../contracts/schemas/api/users.ts';
import { type Principal, Role } from '../../domain/access/principal.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Users } from '../../ports/users.ts';
import type { ApiApp } from '../api-app.ts';
import type { LoginThrottle } from '../auth/login-throttle.ts';
import { requireOwnCredentials, userView } from '../auth/user-view.ts';
import { pageOf } from '../paging.ts';

export interface UserRoutePorts {
  readonly users: Users;
  readonly credentials: Credentials;
  readonly throttle: LoginThrottle;
  readonly now: () => Date;
}

const DONE = z.undefined().describe('Done');

/** Users for administrators, and everybody's own password. */
export async function userRoutes(app: ApiApp, ports: UserRoutePorts): Promise<void> {
  const { users, credentials, now } = ports;
  await userChangeRoutes(app, ports);

  app.get(
    '/users',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listUsers',
        tags: ['users'],
        summary: 'List users',
        description: 'Everybody who may log in, and those who are disabled, by name.',
        querystring: pageQuerySchema,
        response: { 200: userListSchema },
      },
    },
    async ({ query }) => pageOf((await users.list()).map(userView), ({ name }) => name, query),
  );

  app.post(
    '/users',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'addUser',
        tags: ['users'],
        summary: 'Add a user',
        description: 'The name must be free. The first user of a service is made with `POST /setup`.',
        body: newUserSchema,
        response: { 201: userSchema },
      },
    },
    async ({ body: { name, role, password } }, reply) => {
      if (!(await users.anyExists())) {
        throw new FoliosError('USER_CONFLICT', 'the first user is made with POST /api/v1/setup');
      }
      const passwordHash = await credentials.hashPassword(password);
      return reply.code(201).send(userView(await users.add({ name, role, passwordHash }, now())));
    },
  );

  app.get(
    '/users/:userId',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'readUser',
        tags: ['users'],
        summary: 'Show a user',
        description: 'One user by id.',
        params: userParamsSchema,
        response: { 200: userSchema },
      },
    },
    async ({ params: { userId } }) => {
      const user = await users.find(userId);
      if (user) return userView(user);
      throw new FoliosError('RESOURCE_NOT_FOUND', `no user has the id ${userId}`);
    },
  );

  app.post(
    '/me/password',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'changeMyPassword',
        tags: ['access'],
        summary: 'Change your password',
        description: 'Ends all other sessions of yours. Tokens stay as they are.',
        body: passwordChangeSchema,
        response: { 204: DONE },
      },
    },
    async (request, reply) => {
      const userId = requireOwnCredentials(request);
      const { name } = request.principal;
      ports.throttle.begin(name, request.ip);
      const login = await users.findLogin(name);
      const fits = await credentials.verifyPassword(login?.passwordHash ?? null, request.body.currentPassword);
      if (!fits) throw new FoliosError('ACCESS_DENIED', 'the current password is wrong');
      ports.throttle.succeeded(name, request.ip);
      const passwordHash = await credentials.hashPassword(request.body.newPassword);
      const { credential } = request;
      await users.setPassword(userId, passwordHash, now(), credential.kind === 'session' ? credential.sessionId : null);
      return reply.code(204).send();
    },
  );
}

async function userChangeRoutes(app: ApiApp, { users, credentials, now }: UserRoutePorts): Promise<void> {
  app.patch(
    '/users/:userId',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'changeUser',
        tags: ['users'],
        summary: 'Change a user’s role, disable or enable them',
        description:
          'Who is disabled is logged out everywhere, and their tokens do nothing. Neither yourself nor the last administrator.',
        params: userParamsSchema,
        body: userChangeSchema,
        response: { 200: userSchema },
      },
    },
    async ({ principal, params: { userId }, body }) => {
      const locksOut = body.disabled === true || (body.role !== undefined && body.role !== Role.admin);
      if (locksOut) requireSomebodyElse(principal, userId);
      return userView(await users.change(userId, body, now()));
    },
  );

  app.delete(
    '/users/:userId',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'removeUser',
        tags: ['users'],
        summary: 'Remove a user',
        description:
          'With their sessions and tokens; their strategies and accounts become the operator’s. Not yourself.',
        params: userParamsSchema,
        response: { 204: DONE },
      },
    },
    async ({ principal, params: { userId } }, reply) => {
      requireSomebodyElse(principal, userId);
      await users.remove(userId);
      return reply.code(204).send();
    },
  );

  app.put(
    '/users/:userId/password',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'resetPassword',
        tags: ['users'],
        summary: 'Give a user a new password',
        description: 'Ends all their sessions.',
        params: userParamsSchema,
        body: passwordResetSchema,
        response: { 204: DONE },
      },
    },
    async ({ params: { userId }, body: { password } }, reply) => {
      await users.setPassword(userId, await credentials.hashPassword(password), now());
      return reply.code(204).send();
    },
  );
}

/** Nobody locks themselves out by mistake: another administrator does it. */
function requireSomebodyElse(principal: Principal, userId: string): void {
  if (principal.userId !== userId) return;
  throw new FoliosError('USER_CONFLICT', 'you cannot disable, demote or remove yourself: another administrator can');
}
