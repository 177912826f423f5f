import { createHash } from 'node:crypto';
import {
  bodyBytesInHeader,
  bodyBytesOf,
  bundleBytes,
  CHUNK_BYTES,
  chainHash,
  HEADER_BYTES,
  HEADER_PREFIX_BYTES,
  headerOf,
  type Manifest,
  parseRootLine,
  parseSealLine,
  ROOT_LINE_BYTES,
  readManifest,
  SEAL_LINE_BYTES,
  sealOf,
} from './lineage-bundle.ts';
import { restoreChunk } from './lineage-changed-byte.ts';

/** Where a bundle differs from what was written. Offsets are bytes from the beginning of the file. */
export interface BundleDamage {
  readonly what: 'changed' | 'truncated' | 'appended';
  /** The first byte that differs; where only its chunk is known, the chunk's first. */
  readonly offset: number;
  /** The end of the range in which it lies, exclusive: `offset + 1` where the byte itself is known. */
  readonly until: number;
  /** `header`, `manifest`, the name of a part, or `seal`. */
  readonly part: string;
  /** The byte that was written, and the one that is there, in hexadecimal; null where they are not known. */
  readonly expected: string | null;
  readonly found: string | null;
}

export type BundleCheck =
  | { readonly ok: true; readonly rootHash: string; readonly manifest: Manifest }
  | { readonly ok: false; readonly damage: BundleDamage };

/** Compares a bundle with its seal, and its parts with its manifest. BUNDLE_CHANGED where a whole seal covers no bundle of ours. */
export function checkBundle(bytes: Uint8Array): BundleCheck {
  const bySize = bodyBytesOf(bytes.length);
  const byHeader = bodyBytesInHeader(bytes);
  if (bySize !== null && bySize === byHeader) return checkSealed(bytes, bySize);
  const underSize = bySize === null ? null : checkSealed(bytes, bySize);
  if (underSize !== null && isInHeader(underSize)) return underSize;
  if (byHeader === null) return { ok: false, damage: headerDamage(bytes, bySize) };
  return checkSealed(bytes, byHeader);
}

/** A header that names another length than the file has was itself changed, if all the rest agrees with the file's. */
function isInHeader(check: BundleCheck): boolean {
  return !check.ok && check.damage.expected !== null && check.damage.offset < HEADER_BYTES;
}

function headerDamage(bytes: Uint8Array, bySize: number | null): BundleDamage {
  const expected = headerOf(bySize ?? 0);
  const known = bySize === null ? HEADER_PREFIX_BYTES : expected.length;
  const at = firstDifference(bytes.subarray(0, known), expected.subarray(0, known)) ?? known;
  const isCut = bytes.length < HEADER_BYTES && isDigits(bytes.subarray(HEADER_PREFIX_BYTES));
  if (at >= bytes.length || (isCut && at === known)) return damageAt('truncated', bytes.length, 'header', bytes, null);
  return damageAt('changed', at, 'header', bytes, at < known ? (expected[at] ?? null) : null);
}

function isDigits(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x30 && byte <= 0x39);
}

function checkSealed(bytes: Uint8Array, bodyBytes: number): BundleCheck {
  const size = bundleBytes(bodyBytes);
  const body = bytes.subarray(0, bodyBytes);
  if (bytes.length < bodyBytes) return { ok: false, damage: tooShort(bytes, bodyBytes) };
  const seal = sealOf(body);
  const stored = bytes.subarray(bodyBytes);
  const at = firstDifference(stored, seal.bytes);
  if (at === null) return checkParts(body, seal.rootHash);
  if (at === stored.length) return { ok: false, damage: damageAt('truncated', bytes.length, 'seal', bytes, null) };
  if (at === seal.bytes.length) return { ok: false, damage: damageAt('appended', size, 'after the end', bytes, null) };
  const isBodyWhole =
    rootIn(bytes, size - ROOT_LINE_BYTES) === seal.rootHash ||
    lastRoot(bytes) === seal.rootHash ||
    at >= seal.bytes.length - ROOT_LINE_BYTES;
  if (isBodyWhole) {
    return { ok: false, damage: damageAt('changed', bodyBytes + at, 'seal', bytes, seal.bytes[at] ?? null) };
  }
  const sealAt = bytes.length === size || lastRoot(bytes) === null ? bodyBytes : bytes.length - seal.bytes.length;
  return { ok: false, damage: firstBadChunk(bytes, bodyBytes, sealAt) };
}

/** Bytes were cut off at the end, or taken out before it. */
function tooShort(bytes: Uint8Array, bodyBytes: number): BundleDamage {
  const sealAt = bytes.length - (bundleBytes(bodyBytes) - bodyBytes);
  if (lastRoot(bytes) !== null && sealAt > 0) return firstBadChunk(bytes, bodyBytes, sealAt);
  return damageAt('truncated', bytes.length, partAt(bytes, bytes.length), bytes, null);
}

/** The first 512 bytes of the body that are not what the seal says, and within them the byte where that can be told. */
function firstBadChunk(bytes: Uint8Array, bodyBytes: number, sealAt: number): BundleDamage {
  let before = '';
  for (let at = 0, line = sealAt; at < bodyBytes; at += CHUNK_BYTES, line += SEAL_LINE_BYTES) {
    const until = Math.min(at + CHUNK_BYTES, bodyBytes);
    const chunk = bytes.subarray(at, until);
    const sealed = parseSealLine(bytes.subarray(line, line + SEAL_LINE_BYTES));
    const hash = chainHash(before, chunk);
    if (sealed?.hash !== hash) {
      const restored = sealed === null ? null : restoreChunk(chunk, { before, ...sealed });
      const index = restored === null ? null : firstDifference(chunk, restored);
      if (restored === null || index === null) {
        return { what: 'changed', offset: at, until, part: partAt(bytes, at), expected: null, found: null };
      }
      const whole = Buffer.concat([bytes.subarray(0, at), restored, bytes.subarray(until)]);
      return damageAt('changed', at + index, partAt(whole, at + index), bytes, restored[index] ?? null);
    }
    before = hash;
  }
  return damageAt('changed', sealAt, 'seal', bytes, null);
}

function checkParts(body: Uint8Array, rootHash: string): BundleCheck {
  const { manifest, partsAt } = readManifest(body);
  let at = partsAt;
  for (const { name, bytes, sha256 } of manifest.parts) {
    const content = body.subarray(at, at + bytes);
    const isWhole = content.length === bytes && createHash('sha256').update(content).digest('hex') === sha256;
    if (!isWhole) {
      const until = Math.min(at + bytes, body.length);
      return { ok: false, damage: { what: 'changed', offset: at, until, part: name, expected: null, found: null } };
    }
    at += bytes;
  }
  if (at === body.length) return { ok: true, rootHash, manifest };
  return { ok: false, damage: damageAt('appended', at, 'after the last part', body, null) };
}

function partAt(bytes: Uint8Array, offset: number): string {
  if (offset < HEADER_BYTES) return 'header';
  try {
    const { manifest, partsAt } = readManifest(bytes);
    if (offset < partsAt) return 'manifest';
    let end = partsAt;
    for (const part of manifest.parts) {
      end += part.bytes;
      if (offset < end) return part.name;
    }
    return 'seal';
  } catch {
    return 'manifest';
  }
}

function damageAt(
  what: BundleDamage['what'],
  offset: number,
  part: string,
  bytes: Uint8Array,
  expected: number | null,
): BundleDamage {
  const found = bytes[offset];
  return { what, offset, until: offset + 1, part, expected: hex(expected), found: hex(found ?? null) };
}

function hex(byte: number | null): string | null {
  return byte === null ? null : byte.toString(16).padStart(2, '0');
}

/** The first index at which they differ, the shorter's length where one goes on; null where they are equal. */
function firstDifference(a: Uint8Array, b: Uint8Array): number | null {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return a.length === b.length ? null : length;
}

function rootIn(bytes: Uint8Array, at: number): string | null {
  return parseRootLine(bytes.subarray(at, at + ROOT_LINE_BYTES));
}

function lastRoot(bytes: Uint8Array): string | null {
  return bytes.length < ROOT_LINE_BYTES ? null : rootIn(bytes, bytes.length - ROOT_LINE_BYTES);
}
