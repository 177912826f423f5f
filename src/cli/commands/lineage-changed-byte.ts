import { crc32 } from 'node:zlib';
import { CHUNK_BYTES, chainHash } from './lineage-bundle.ts';

/** CRC-32 as in ISO 3309, reflected. */
const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  return remainder >>> 0;
});
/** The entry of the table by its highest byte, which is different in each. */
const BY_HIGHEST = Uint8Array.from({ length: 256 }, (_, highest) =>
  TABLE.findIndex((entry) => entry >>> 24 === highest),
);
const WINDOW_BYTES = 4;

/**
 * What a chunk was before up to four bytes in a row of it were changed, found from its checksum and proven by its hash;
 * null where more was changed. A checksum is linear: from the difference between the two checksums follows, for each place
 * where the change may be, what it must be. So 512 candidates are enough where guessing would need billions.
 */
export function restoreChunk(
  chunk: Uint8Array,
  sealed: { readonly before: string; readonly hash: string; readonly crc: number },
): Uint8Array | null {
  if (chunk.length > CHUNK_BYTES) return null;
  let difference = (crc32(chunk) ^ sealed.crc) >>> 0;
  for (let place = chunk.length - 1; place >= 0; place -= 1) {
    difference = beforeZeroByte(difference);
    const room = Math.min(WINDOW_BYTES, chunk.length - place);
    if (room < WINDOW_BYTES && difference >>> (8 * room) !== 0) continue;
    const candidate = Uint8Array.from(chunk);
    for (let index = 0; index < room; index += 1) {
      candidate[place + index] = (candidate[place + index] ?? 0) ^ ((difference >>> (8 * index)) & 0xff);
    }
    if (chainHash(sealed.before, candidate) === sealed.hash) return candidate;
  }
  return null;
}

/** The register that a zero byte turns into this one. */
function beforeZeroByte(register: number): number {
  const entry = BY_HIGHEST[register >>> 24] ?? 0;
  return ((((register ^ (TABLE[entry] ?? 0)) << 8) >>> 0) | entry) >>> 0;
}
