import { FoliosError } from './errors.ts';

const MAX_PATH_LENGTH = 400;
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** Where every store keeps the content itself; a readable name there could replace somebody's content. */
const RESERVED = 'objects';

/**
 * The readable address of an artifact, `artifacts/<path>`. A path is plain names joined by single slashes, relative,
 * none of them hidden, so that it means the same in a folder of any system and in a bucket. INPUT_INVALID otherwise.
 */
export function artifactUri(path: string): string {
  const segments = path.length > MAX_PATH_LENGTH ? [] : path.split('/');
  const isPlain = segments.length > 0 && segments.every((segment) => SEGMENT.test(segment));
  if (!isPlain || segments[0]?.toLowerCase() === RESERVED) {
    throw new FoliosError('INPUT_INVALID', `not a path for an artifact: ${JSON.stringify(path.slice(0, 100))}`);
  }
  return `artifacts/${path}`;
}

/** Where a store keeps content, relative to its root: `objects/<aa>/<sha256>`. INPUT_INVALID if it is no sha256. */
export function artifactObjectPath(sha256: string): string {
  if (!SHA256.test(sha256)) throw new FoliosError('INPUT_INVALID', 'not a sha256 in lower-case hexadecimal');
  return `${RESERVED}/${sha256.slice(0, 2)}/${sha256}`;
}
