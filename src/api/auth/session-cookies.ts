import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Credentials } from '../../ports/credentials.ts';
import type { UserSessions } from '../../ports/user-sessions.ts';
import type { User } from '../../ports/users.ts';
import { CSRF_COOKIE, SESSION_COOKIE } from './credential.ts';

export interface SessionTimes {
  /** A session ends when it was not used for this long. */
  readonly idleMs: number;
  /** It ends after this long in any case. */
  readonly maxMs: number;
}

export interface LoginPorts {
  readonly sessions: UserSessions;
  readonly credentials: Credentials;
  readonly now: () => Date;
  readonly sessionTimes: SessionTimes;
}

/** A session is renewed when this much of its idle time has gone, not at every request. */
const RENEWAL_GRAIN_MS = 60_000;

/** Opens a session for the user and gives the browser its cookies. */
export async function openSession(
  ports: LoginPorts,
  user: User,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ csrfToken: string; expiresAt: Date }> {
  const { credentials, sessions, sessionTimes } = ports;
  const secret = credentials.newSecret();
  const at = ports.now();
  const session = await sessions.open(
    {
      userId: user.userId,
      secretSha256: credentials.digest(secret),
      ip: request.ip,
      userAgent: request.headers['user-agent'] ?? '',
      expiresAt: new Date(at.getTime() + Math.min(sessionTimes.idleMs, sessionTimes.maxMs)),
    },
    at,
  );
  const csrfToken = csrfTokenOf(credentials, secret);
  const options = {
    path: '/',
    sameSite: 'strict',
    secure: request.protocol === 'https',
    expires: new Date(at.getTime() + sessionTimes.maxMs),
  } as const;
  reply.setCookie(SESSION_COOKIE, secret, { ...options, httpOnly: true });
  // For our own page, which repeats it in a header; another site can do neither.
  reply.setCookie(CSRF_COOKIE, csrfToken, options);
  return { csrfToken, expiresAt: session.expiresAt };
}

export function clearCookies(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { path: '/' });
  reply.clearCookie(CSRF_COOKIE, { path: '/' });
}

/** Follows from the session's secret, so that it belongs to this session alone and is kept nowhere. */
export function csrfTokenOf(credentials: Credentials, sessionSecret: string): string {
  return credentials.digest(`folios-csrf:${sessionSecret}`);
}

/** Moves the end of a session that is used, up to the end of its longest time. */
export async function renewSession(
  { sessions, sessionTimes, now }: LoginPorts,
  session: { readonly sessionId: string; readonly createdAt: Date; readonly lastSeenAt: Date },
): Promise<void> {
  const at = now();
  if (at.getTime() - session.lastSeenAt.getTime() < Math.min(RENEWAL_GRAIN_MS, sessionTimes.idleMs / 2)) return;
  const end = Math.min(at.getTime() + sessionTimes.idleMs, session.createdAt.getTime() + sessionTimes.maxMs);
  await sessions.renew(session.sessionId, at, new Date(end));
}
