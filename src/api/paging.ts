import { FoliosError } from '../contracts/errors.ts';

/** A cursor is the place where the next page begins; opaque, so that it may change. */
export function encodeCursor(place: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place in a cursor, every part a text. RESOURCE_NOT_FOUND for what `encodeCursor` never made of these names. */
export function decodeCursor<Name extends string>(cursor: string, names: readonly Name[]): Record<Name, string> {
  const place = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const isOurs =
    typeof place === 'object' &&
    place !== null &&
    !Array.isArray(place) &&
    names.every((name) => ['string', 'number'].includes(typeof (place as Record<string, unknown>)[name]));
  if (!isOurs) throw new FoliosError('RESOURCE_NOT_FOUND', 'no page of this list begins at this cursor');
  const parts = place as Record<string, string | number>;
  return Object.fromEntries(names.map((name) => [name, String(parts[name])])) as Record<Name, string>;
}

/** A page of a list that is short enough to be read whole, in the order of `keyOf`. */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): { items: Item[]; nextCursor: string | null } {
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const after = cursor === undefined ? null : decodeCursor(cursor, ['after']).after;
  const rest = after === null ? sorted : sorted.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { items: page, nextCursor: last && rest.length > limit ? encodeCursor({ after: keyOf(last) }) : null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
