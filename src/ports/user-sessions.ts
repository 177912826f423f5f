import type { User } from './users.ts';

/** One login of a user. */
export interface UserSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** When it ends unless it is used before. */
  readonly expiresAt: Date;
  readonly ip: string;
  readonly userAgent: string;
}

export interface NewUserSession {
  readonly userId: string;
  /** Of the secret that the browser keeps; the secret itself is nowhere else. */
  readonly secretSha256: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly expiresAt: Date;
}

export interface UserSessions {
  /** A user has a hundred sessions at most: the oldest gives way. */
  open(session: NewUserSession, at: Date): Promise<UserSession>;
  /** Null for a session that is unknown, expired or ended, or whose user is disabled. */
  findLive(secretSha256: string, at: Date): Promise<{ readonly session: UserSession; readonly user: User } | null>;
  /** Keeps it alive until `expiresAt`. */
  renew(sessionId: string, at: Date, expiresAt: Date): Promise<void>;
  /** Those that live, the newest first. */
  list(userId: string, at: Date): Promise<readonly UserSession[]>;
  /** False where the user has no such session. */
  end(userId: string, sessionId: string): Promise<boolean>;
  /** How many ended. */
  endAll(userId: string, exceptSessionId?: string | null): Promise<number>;
}
