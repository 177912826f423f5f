/** Where a channel's secret is: in the environment, or in a file of the secrets folder. The secret itself is never kept. */
export type SecretReference = { readonly kind: 'env' | 'file'; readonly name: string };

const ENVIRONMENT = /^env:(NOTIFY_[A-Z0-9_]{1,100})$/;
const FILE = /^file:([A-Za-z0-9][A-Za-z0-9._-]{0,100})$/;

/** A reference as a person writes it, `env:NOTIFY_…` or `file:name`; null where it is none. */
export function parseSecretReference(text: string): SecretReference | null {
  const environment = ENVIRONMENT.exec(text)?.[1];
  if (environment !== undefined) return { kind: 'env', name: environment };
  const file = FILE.exec(text)?.[1];
  return file === undefined ? null : { kind: 'file', name: file };
}

/**
 * The prefix of all secrets that a user's channels may name; without it a user could have the service send somebody else's
 * secret to a server of their own. Of the id's end, since ids that were made at one time begin alike.
 */
export function secretPrefixOf(userId: string): string {
  return `NOTIFY_USER_${userId.slice(-12).toUpperCase()}_`;
}

/** Whether a channel of this owner may use the secret; the operator's (null) may use all. */
export function maySecretBeUsed({ name }: SecretReference, ownerId: string | null): boolean {
  return ownerId === null || name.toUpperCase().startsWith(secretPrefixOf(ownerId));
}
