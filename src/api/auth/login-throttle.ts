import { rateLimited } from '../plugins/problems.ts';

/** Failed logins within the window before the next is refused without looking at its password. */
export interface LoginLimits {
  /** For one name from one address. */
  readonly perNameAndAddress: number;
  readonly perAddress: number;
  /** From anywhere: high, since it locks the owner out as well. */
  readonly perName: number;
  readonly windowMs: number;
}

export const LOGIN_LIMITS: LoginLimits = {
  perNameAndAddress: 5,
  perAddress: 30,
  perName: 100,
  windowMs: 15 * 60_000,
};

const MAX_KEYS = 100_000;

export interface LoginThrottle {
  /** Counts an attempt before its password is looked at, so that many at once do not slip through. RATE_LIMITED. */
  begin(name: string, address: string): void;
  /** The attempt succeeded: it was no guess. */
  succeeded(name: string, address: string): void;
}

/** Counts in memory, per process. */
export function createLoginThrottle(limits: LoginLimits, now: () => Date): LoginThrottle {
  const attempts = new Map<string, { count: number; readonly until: number }>();

  function keysOf(name: string, address: string): readonly (readonly [string, number])[] {
    return [
      [`both/${address}/${name}`, limits.perNameAndAddress],
      [`address/${address}`, limits.perAddress],
      [`name/${name}`, limits.perName],
    ];
  }
  function current(key: string, at: number) {
    const found = attempts.get(key);
    if (found && found.until > at) return found;
    attempts.delete(key);
    return null;
  }
  return {
    begin(name, address) {
      const at = now().getTime();
      const keys = keysOf(name, address);
      for (const [key, max] of keys) {
        const found = current(key, at);
        if (found && found.count >= max) {
          throw rateLimited('too many failed logins', Math.ceil((found.until - at) / 1000));
        }
      }
      for (const [key] of keys) {
        const found = current(key, at);
        if (found) found.count += 1;
        else attempts.set(key, { count: 1, until: at + limits.windowMs });
      }
      // The oldest go first: a flood of made-up names must not fill the memory.
      for (const key of attempts.keys()) {
        if (attempts.size <= MAX_KEYS) break;
        attempts.delete(key);
      }
    },
    succeeded(name, address) {
      const [both, ...shared] = keysOf(name, address).map(([key]) => key);
      if (both !== undefined) attempts.delete(both);
      for (const key of shared) {
        const found = attempts.get(key);
        if (found) found.count -= 1;
      }
    },
  };
}
