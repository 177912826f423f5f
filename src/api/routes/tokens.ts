import { z } from 'zod';
import { FoliosError } from '../../contracts/errors.ts';
import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import {
  createdTokenSchema,
  newTokenSchema,
  tokenListSchema,
  tokenParamsSchema,
} from '../../contracts/schemas/api/users.ts';
import { tokenExpiry, tokenText } from '../../domain/access/new-token.ts';
import { mayDo } from '../../domain/access/principal.ts';
import type { ApiToken, ApiTokens } from '../../ports/api-tokens.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { ApiApp } from '../api-app.ts';
import { requireOwnCredentials } from '../auth/user-view.ts';
import { pageOf } from '../paging.ts';

export interface TokenRoutePorts {
  readonly tokens: ApiTokens;
  readonly credentials: Credentials;
  readonly now: () => Date;
}

/** The keys with which programs act for a user. */
export async function tokenRoutes(app: ApiApp, { tokens, credentials, now }: TokenRoutePorts): Promise<void> {
  app.get(
    '/tokens',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listTokens',
        tags: ['access'],
        summary: 'List your tokens',
        description: 'By name, without their secrets, which folios does not know.',
        querystring: pageQuerySchema,
        response: { 200: tokenListSchema },
      },
    },
    async ({ principal, query }) => {
      const mine = principal.userId === null ? [] : await tokens.list(principal.userId);
      return pageOf(mine.map(tokenView), ({ name }) => name, query);
    },
  );

  app.post(
    '/tokens',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'createToken',
        tags: ['access'],
        summary: 'Make a token',
        description: 'For a program that acts for you, with scopes of yours. Its secret is shown this once.',
        body: newTokenSchema,
        response: { 201: createdTokenSchema },
      },
    },
    async (request, reply) => {
      const userId = requireOwnCredentials(request);
      const { name, expiresInDays } = request.body;
      const scopes = [...new Set(request.body.scopes)];
      const denied = scopes.filter((scope) => !mayDo(request.principal, scope));
      if (denied.length > 0) {
        throw new FoliosError('ACCESS_DENIED', `you do not have the scope ${denied.join(', ')} yourself`, { denied });
      }
      const { text, hint } = tokenText(credentials.newSecret());
      const expiresAt = tokenExpiry(now(), expiresInDays);
      const secretSha256 = credentials.digest(text);
      const token = await tokens.add({ userId, name, hint, secretSha256, scopes, expiresAt }, now());
      return reply.code(201).send({ token: tokenView(token), secret: text });
    },
  );

  app.delete(
    '/tokens/:tokenId',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'revokeToken',
        tags: ['access'],
        summary: 'Revoke one of your tokens',
        description: 'At once and for good. Not the token that the request comes with.',
        params: tokenParamsSchema,
        response: { 204: z.undefined().describe('Revoked') },
      },
    },
    async (request, reply) => {
      const { tokenId } = request.params;
      if (request.credential.kind === 'token' && request.credential.tokenId === tokenId) {
        throw new FoliosError('USER_CONFLICT', 'a token does not revoke itself: log in, or use another one');
      }
      const revoked = await tokens.revoke(requireOwnCredentials(request), tokenId);
      if (!revoked) throw new FoliosError('RESOURCE_NOT_FOUND', `no token of yours has the id ${tokenId}`);
      return reply.code(204).send();
    },
  );
}

function tokenView({ tokenId, name, hint, scopes, createdAt, expiresAt, lastUsedAt }: ApiToken) {
  return {
    ...{ tokenId, name, hint, scopes: [...scopes] },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
