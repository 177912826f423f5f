import { type Role, type Scope, scopesOf } from './principal.ts';

const DAY_MS = 86_400_000;
const TOKEN_PREFIX = 'fol_';
const HINT_LENGTH = 10;

/** The scopes of those asked for that the role does not have. */
export function scopesBeyond(role: Role, scopes: readonly Scope[]): readonly Scope[] {
  return scopes.filter((scope) => !scopesOf(role).includes(scope));
}

/** A token's text from a random secret, and how it begins, to tell it from others. */
export function tokenText(secret: string): { readonly text: string; readonly hint: string } {
  const text = `${TOKEN_PREFIX}${secret}`;
  return { text, hint: text.slice(0, HINT_LENGTH) };
}

/** When a token of so many days expires; null for never. */
export function tokenExpiry(at: Date, days: number | null): Date | null {
  return days === null ? null : new Date(at.getTime() + days * DAY_MS);
}
