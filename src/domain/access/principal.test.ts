import { describe, expect, test } from '@jest/globals';
import { scopesBeyond, tokenExpiry, tokenText } from './new-token.ts';
import { mayDo, ownerSeenBy, type Principal, Role, Scope, scopesOf } from './principal.ts';

const ADA = '0198c0de-1111-7000-8000-000000000001';
const principal = (role: Role, scopes: readonly Scope[] = scopesOf(role), userId: string | null = ADA): Principal => ({
  ...{ userId, role, scopes },
  name: 'ada',
});

describe('a principal', () => {
  test('may do what both the role and the credential allow', () => {
    expect(mayDo(principal(Role.trader), Scope.trade)).toBe(true);
    expect(mayDo(principal(Role.trader, [Scope.read]), Scope.trade)).toBe(false);
    // The role was taken away after the token was made.
    expect(mayDo(principal(Role.viewer, [Scope.read, Scope.admin]), Scope.admin)).toBe(false);
    expect(mayDo(principal(Role.admin, []), Scope.read)).toBe(false);
  });

  test('sees what is their own, and an administrator everything', () => {
    expect(ownerSeenBy(principal(Role.viewer))).toBe(ADA);
    expect(ownerSeenBy(principal(Role.admin))).toBeNull();
    expect(ownerSeenBy(principal(Role.trader, [Scope.read], null))).toBe('00000000-0000-0000-0000-000000000000');
  });
});

describe('a token', () => {
  test('has no scope that its user’s role lacks', () => {
    expect(scopesBeyond(Role.trader, [Scope.read, Scope.admin, Scope.metrics])).toEqual([Scope.admin, Scope.metrics]);
    expect(scopesBeyond(Role.admin, Object.values(Scope))).toEqual([]);
  });

  test('is told from others by its beginning, which gives nothing away that could be guessed on', () => {
    const secret = 'x'.repeat(43);
    expect(tokenText(secret)).toEqual({ text: `fol_${secret}`, hint: 'fol_xxxxxx' });
  });

  test('expires after whole days, or never', () => {
    const at = new Date('2026-11-22T12:00:00.000Z');
    expect(tokenExpiry(at, 30)?.toISOString()).toBe('2026-12-22T12:00:00.000Z');
    expect(tokenExpiry(at, null)).toBeNull();
  });
});
