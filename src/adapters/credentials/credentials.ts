import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credentials } from '../../ports/credentials.ts';

const SECRET_BYTES = 32;

/** Work of one password: memory in KiB and passes over it. */
export interface PasswordCost {
  readonly memoryCost: number;
  readonly timeCost: number;
}

/** Above what OWASP asks of argon2id (19 MiB, two passes); about a tenth of a second. */
const SOUND_COST: PasswordCost = { memoryCost: 65_536, timeCost: 3 };

/**
 * argon2id, which is the package's default, and Node's own random bytes and hashes. The package is loaded with the first
 * password: commands that know none should not wait for it.
 */
export function createCredentials(cost: PasswordCost = SOUND_COST): Credentials {
  const options = { ...cost, parallelism: 1 };
  const argon2 = () => import('@node-rs/argon2');
  let nobodys: Promise<string> | null = null;
  const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url');
  const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');
  return {
    hashPassword: async (password) => (await argon2()).hash(password, options),
    async verifyPassword(passwordHash, password) {
      const { hash, verify } = await argon2();
      nobodys ??= hash(newSecret(), options);
      const fits = await verify(passwordHash ?? (await nobodys), password);
      return fits && passwordHash !== null;
    },
    newSecret,
    digest,
    equal: (one, other) => timingSafeEqual(Buffer.from(digest(one)), Buffer.from(digest(other))),
  };
}
