/** Passwords and random secrets. Neither is ever kept as it is. */
export interface Credentials {
  hashPassword(password: string): Promise<string>;
  /** The same work for null, which no password fits: a name that nobody has takes as long as one that somebody has. */
  verifyPassword(passwordHash: string | null, password: string): Promise<boolean>;
  /** 256 random bits as text. */
  newSecret(): string;
  /** SHA-256 in hex, under which a secret is known. Random secrets of this size need no salt. */
  digest(secret: string): string;
  /** Whether two texts are the same, in a time that does not tell where they differ. */
  equal(one: string, other: string): boolean;
}
