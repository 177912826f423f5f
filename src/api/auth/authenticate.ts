import type { FastifyRequest } from 'fastify';
import { FoliosError } from '../../contracts/errors.ts';
import { type Principal, Role, scopesOf } from '../../domain/access/principal.ts';
import type { ApiTokens } from '../../ports/api-tokens.ts';
import type { Users } from '../../ports/users.ts';
import { type Credential, CSRF_HEADER, isChange, SESSION_COOKIE } from './credential.ts';
import { isFromThisMachine, isFromTrustedPage, requireSameOrigin } from './same-origin.ts';
import { csrfTokenOf, type LoginPorts, renewSession } from './session-cookies.ts';

export interface AuthenticationPorts extends LoginPorts {
  readonly users: Users;
  readonly tokens: ApiTokens;
  /** Whether the server listens on this machine alone. */
  readonly onLoopback: boolean;
}

export interface Authenticated {
  readonly principal: Principal;
  readonly credential: Credential;
}

const MAX_SECRET_LENGTH = 200;

/** Who asks, by token, session, or by sitting at the machine while there is no user yet. UNAUTHENTICATED, ORIGIN_REFUSED. */
export async function authenticate(request: FastifyRequest, ports: AuthenticationPorts): Promise<Authenticated> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return byToken(authorization, ports);
  const secret = request.cookies[SESSION_COOKIE];
  if (secret !== undefined) {
    const found = await bySession(secret, request, ports);
    if (found) return found;
  }
  if (!(await isOwnerAtThisMachine(request, ports))) throw unauthenticated('log in, or send a token');
  if (isChange(request) || request.headers['sec-fetch-mode'] !== 'navigate') requireSameOrigin(request);
  return { principal: OWNER, credential: { kind: 'owner_at_this_machine' } };
}

/** Before there is a user nobody can log in: whoever sits at the machine owns it. */
const OWNER: Principal = {
  userId: null,
  name: 'owner at this machine',
  role: Role.admin,
  scopes: scopesOf(Role.admin),
};

/** Whether the embedded default lets this request in without a credential. */
export async function isOwnerAtThisMachine(
  request: FastifyRequest,
  { onLoopback, users }: Pick<AuthenticationPorts, 'onLoopback' | 'users'>,
): Promise<boolean> {
  return onLoopback && isFromThisMachine(request) && !(await users.anyExists());
}

async function byToken(authorization: string, ports: AuthenticationPorts): Promise<Authenticated> {
  const secret = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  const isPossible = secret?.startsWith('fol_') === true && secret.length <= MAX_SECRET_LENGTH;
  const found = isPossible ? await ports.tokens.findLive(ports.credentials.digest(secret), ports.now()) : null;
  if (found === null) throw unauthenticated('the token is unknown, expired or revoked');
  const { user, token } = found;
  return {
    principal: { userId: user.userId, name: user.name, role: user.role, scopes: token.scopes },
    credential: { kind: 'token', tokenId: token.tokenId },
  };
}

async function bySession(
  secret: string,
  request: FastifyRequest,
  ports: AuthenticationPorts,
): Promise<Authenticated | null> {
  if (secret.length > MAX_SECRET_LENGTH) return null;
  const found = await ports.sessions.findLive(ports.credentials.digest(secret), ports.now());
  if (found === null) return null;
  const { user, session } = found;
  const csrfToken = csrfTokenOf(ports.credentials, secret);
  if (isChange(request)) requireProof(request, csrfToken, ports);
  await renewSession(ports, session);
  return {
    principal: { userId: user.userId, name: user.name, role: user.role, scopes: scopesOf(user.role) },
    credential: { kind: 'session', sessionId: session.sessionId, csrfToken },
  };
}

/** A browser sends cookies whoever asks it to; the header only our own page can send. */
function requireProof(request: FastifyRequest, csrfToken: string, { credentials }: AuthenticationPorts): void {
  requireSameOrigin(request);
  if (isFromTrustedPage(request)) return;
  const given = request.headers[CSRF_HEADER];
  if (typeof given === 'string' && credentials.equal(given, csrfToken)) return;
  throw new FoliosError('ORIGIN_REFUSED', 'the header X-Folios-CSRF does not carry the csrfToken of this session');
}

function unauthenticated(message: string): FoliosError {
  return new FoliosError('UNAUTHENTICATED', message);
}
