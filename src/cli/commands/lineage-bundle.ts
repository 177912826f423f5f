import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { FoliosError } from '../../contracts/errors.ts';

/**
 * A bundle is one file: a body (header line with the body's length, manifest line, the parts one after the other) and a
 * seal over it. The seal has a line for every 512 bytes of the body, `<sha256> <crc32>`, where each sha256 is over the one
 * before and these bytes, so that content and order are fixed, and a last line `root <sha256>`, the last of them.
 */
export const CHUNK_BYTES = 512;
const HEADER = 'folios lineage bundle 1 ';
const LENGTH_DIGITS = 12;
export const HEADER_PREFIX_BYTES = HEADER.length;
export const HEADER_BYTES = HEADER_PREFIX_BYTES + LENGTH_DIGITS + 1;
const HASH_DIGITS = 64;
const CRC_DIGITS = 8;
/** `<sha256> <crc32>\n` */
export const SEAL_LINE_BYTES = HASH_DIGITS + 1 + CRC_DIGITS + 1;
const ROOT_PREFIX = 'root ';
export const ROOT_LINE_BYTES = ROOT_PREFIX.length + HASH_DIGITS + 1;

export interface BundlePart {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export interface Manifest {
  /** The execution whose lineage it is. */
  readonly root: string;
  readonly parts: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** Artifacts that the store did not have any more. */
  readonly missing: readonly { readonly uri: string; readonly sha256: string; readonly code: string }[];
}

/** The file and its root hash. The same parts are the same bytes. */
export function writeBundle(
  root: string,
  parts: readonly BundlePart[],
  missing: Manifest['missing'],
): { readonly bytes: Uint8Array; readonly rootHash: string; readonly manifest: Manifest } {
  const listed = parts.map(({ name, mediaType, content }) => ({
    ...{ name, mediaType, bytes: content.byteLength },
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  const manifest = { root, parts: listed, missing };
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(manifest)}\n`), ...parts.map(({ content }) => content)]);
  const body = Buffer.concat([headerOf(HEADER_BYTES + rest.length), rest]);
  const seal = sealOf(body);
  return { bytes: Buffer.concat([body, seal.bytes]), rootHash: seal.rootHash, manifest };
}

export function headerOf(bodyBytes: number): Buffer {
  return Buffer.from(`${HEADER}${String(bodyBytes).padStart(LENGTH_DIGITS, '0')}\n`);
}

/** The length of the body as the header has it; null where it is not one of ours. */
export function bodyBytesInHeader(bytes: Uint8Array): number | null {
  const text = Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString('latin1');
  const digits = text.startsWith(HEADER) && text.endsWith('\n') ? text.slice(HEADER.length, -1) : '';
  return /^\d{12}$/.test(digits) ? Number(digits) : null;
}

/** The seal of a body, with the hash that every line begins with. */
export function sealOf(body: Uint8Array): { readonly bytes: Buffer; readonly rootHash: string } {
  const lines: string[] = [];
  let rootHash = '';
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    const chunk = body.subarray(at, at + CHUNK_BYTES);
    rootHash = chainHash(rootHash, chunk);
    lines.push(`${rootHash} ${crcText(chunk)}\n`);
  }
  return { bytes: Buffer.from(`${lines.join('')}${ROOT_PREFIX}${rootHash}\n`, 'latin1'), rootHash };
}

export function chainHash(before: string, chunk: Uint8Array): string {
  return createHash('sha256').update(before, 'latin1').update(chunk).digest('hex');
}

function crcText(chunk: Uint8Array): string {
  return crc32(chunk).toString(16).padStart(CRC_DIGITS, '0');
}

/** The hash and the checksum of a line of the seal; null where it is no such line. */
export function parseSealLine(line: Uint8Array): { readonly hash: string; readonly crc: number } | null {
  const match = /^([0-9a-f]{64}) ([0-9a-f]{8})\n$/.exec(Buffer.from(line).toString('latin1'));
  return match?.[1] && match[2] ? { hash: match[1], crc: Number.parseInt(match[2], 16) } : null;
}

/** The hash of the last line; null where it is no such line. */
export function parseRootLine(line: Uint8Array): string | null {
  return /^root ([0-9a-f]{64})\n$/.exec(Buffer.from(line).toString('latin1'))?.[1] ?? null;
}

/** The size of a bundle with a body of this size. */
export function bundleBytes(bodyBytes: number): number {
  return bodyBytes + Math.ceil(bodyBytes / CHUNK_BYTES) * SEAL_LINE_BYTES + ROOT_LINE_BYTES;
}

/** The size of the body in a bundle of this size; null where no bundle is so large. */
export function bodyBytesOf(size: number): number | null {
  const chunks = Math.ceil((size - ROOT_LINE_BYTES) / (CHUNK_BYTES + SEAL_LINE_BYTES));
  const bodyBytes = size - ROOT_LINE_BYTES - chunks * SEAL_LINE_BYTES;
  return bodyBytes > HEADER_BYTES && bundleBytes(bodyBytes) === size ? bodyBytes : null;
}

/** The manifest of a body and where its parts begin. BUNDLE_CHANGED where it is not what we write. */
export function readManifest(body: Uint8Array): { readonly manifest: Manifest; readonly partsAt: number } {
  const end = body.indexOf(0x0a, HEADER_BYTES);
  try {
    const text = Buffer.from(body.subarray(HEADER_BYTES, end)).toString('utf8');
    const manifest = JSON.parse(text) as Manifest;
    const isManifest =
      end > 0 &&
      typeof manifest.root === 'string' &&
      Array.isArray(manifest.missing) &&
      Array.isArray(manifest.parts) &&
      manifest.parts.every(({ name, bytes }) => typeof name === 'string' && Number.isSafeInteger(bytes) && bytes >= 0);
    if (isManifest) return { manifest, partsAt: end + 1 };
  } catch {
    // Reported below, like everything that is not a manifest.
  }
  throw new FoliosError('BUNDLE_CHANGED', 'the bundle has no manifest that can be read');
}
