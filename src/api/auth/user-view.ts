import type { FastifyRequest } from 'fastify';
import { FoliosError } from '../../contracts/errors.ts';
import { mayDo, Scope } from '../../domain/access/principal.ts';
import type { User } from '../../ports/users.ts';

/** A user as the API shows one. */
export function userView({ createdAt, passwordChangedAt, disabledAt, ...user }: User) {
  return {
    ...user,
    createdAt: createdAt.toISOString(),
    passwordChangedAt: passwordChangedAt.toISOString(),
    disabledAt: disabledAt?.toISOString() ?? null,
  };
}

/**
 * The user who asks, where what they do concerns their own credentials. ACCESS_DENIED for the owner at this machine, who has
 * none, and for a token, which must not make itself immortal, unless it may administer users anyway.
 */
export function requireOwnCredentials({ principal, credential }: FastifyRequest): string {
  if (principal.userId === null) {
    throw new FoliosError('ACCESS_DENIED', 'there is no user yet: make the first with POST /api/v1/setup');
  }
  if (credential.kind === 'session' || mayDo(principal, Scope.admin)) return principal.userId;
  throw new FoliosError('ACCESS_DENIED', 'this needs a login, or a token with the scope admin');
}
