import { gunzipSync } from 'node:zlib';

/** A planted secret: what it is, and its text. */
export interface Canary {
  readonly name: string;
  readonly text: string;
}

/** One place in which something was left: a file, a history, a table, what a program printed. */
export interface Place {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** `<canary> as <form> in <place>` for every secret that stands in a place, as it is, in base64 or in hex. */
export function findLeaks(places: readonly Place[], canaries: readonly Canary[]): readonly string[] {
  const searched = canaries.map(({ name, text }) => ({ name, forms: formsOf(text) }));
  return places.flatMap((place) => {
    const bytes = unpacked(place.content);
    // Hex digits may be written large or small.
    const lower = bytes.toString('latin1').toLowerCase();
    return searched.flatMap(({ name, forms }) => {
      const found = forms.find(({ kind, value }) => (kind === 'hex' ? lower.includes(value) : bytes.includes(value)));
      return found ? [`${name} as ${found.kind} in ${place.name}`] : [];
    });
  });
}

interface Form {
  readonly kind: 'plain' | 'base64' | 'hex' | 'url';
  readonly value: string;
}

function formsOf(text: string): readonly Form[] {
  // A secret that is base64 of bytes, such as a key, could leak as these bytes' hex as well.
  const bytes = Buffer.from(text, 'base64');
  const isEncoded = bytes.length >= 16 && bytes.toString('base64') === text;
  const hex = [Buffer.from(text), ...(isEncoded ? [bytes] : [])].map((one) => one.toString('hex'));
  return [
    { kind: 'plain', value: text },
    { kind: 'url', value: encodeURIComponent(text) },
    ...base64Cores(text).flatMap((value) => [
      { kind: 'base64', value } as const,
      { kind: 'base64', value: value.replaceAll('+', '-').replaceAll('/', '_') } as const,
    ]),
    ...hex.map((value) => ({ kind: 'hex', value }) as const),
  ];
}

/** What base64 of any longer text contains where this text stands in it, for each of the three places it may begin at. */
function base64Cores(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${text}`).toString('base64');
    const bits = (before + Buffer.byteLength(text)) * 8;
    return encoded.slice(before === 0 ? 0 : before + 1, Math.floor(bits / 6));
  });
}

function unpacked(content: Uint8Array | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}
