import { createHash } from 'node:crypto';

const BYTES = 6;

/** A number in [0, 1) that is the same for the same seed and name, and independent of every other name's. */
export function chance(seed: number, name: string): number {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest();
  return digest.readUIntBE(0, BYTES) / 2 ** (8 * BYTES);
}
