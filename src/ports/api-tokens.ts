import type { Scope } from '../domain/access/principal.ts';
import type { User } from './users.ts';

/** A key with which a program acts for a user. */
export interface ApiToken {
  readonly tokenId: string;
  readonly userId: string;
  readonly name: string;
  /** The beginning of its text, to tell tokens apart. */
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  /** Null for one that does not expire. */
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewApiToken {
  readonly userId: string;
  readonly name: string;
  readonly hint: string;
  readonly secretSha256: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

export interface ApiTokens {
  /** USER_CONFLICT where the user has a token of that name, or a hundred of them; RESOURCE_NOT_FOUND without the user. */
  add(token: NewApiToken, at: Date): Promise<ApiToken>;
  /** Null for a token that is unknown, expired or revoked, or whose user is disabled. Its last use is kept to the minute. */
  findLive(secretSha256: string, at: Date): Promise<{ readonly token: ApiToken; readonly user: User } | null>;
  /** Those that are not revoked, also the expired ones, by name. */
  list(userId: string): Promise<readonly ApiToken[]>;
  /** False where the user has no such token. */
  revoke(userId: string, tokenId: string): Promise<boolean>;
}
