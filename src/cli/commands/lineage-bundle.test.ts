import { describe, expect, test } from '@jest/globals';
import { type BundlePart, CHUNK_BYTES, writeBundle } from './lineage-bundle.ts';
import { type BundleDamage, checkBundle } from './lineage-check-bundle.ts';

const PARTS: readonly BundlePart[] = [
  part('lineage.json', `{"text":"${'lineage '.repeat(60)}"}\n`),
  part('histories/1.json', '{"events":[]}\n'),
  part('histories/2.json', '{"events":{}}\n'),
  { name: 'artifacts/chart.png', mediaType: 'image/png', content: Uint8Array.from({ length: 700 }, (_, i) => i % 256) },
];
const { bytes, rootHash } = writeBundle('research/1', PARTS, []);

function part(name: string, text: string): BundlePart {
  return { name, mediaType: 'application/json', content: new TextEncoder().encode(text) };
}

function damageOf(changed: Uint8Array): BundleDamage {
  const check = checkBundle(changed);
  if (check.ok) throw new Error('the damage was not found');
  return check.damage;
}

function withByte(at: number, change: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ change;
  return copy;
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}

describe('a bundle', () => {
  test('is whole as it was written, and the same parts are the same bytes', () => {
    expect(checkBundle(bytes)).toMatchObject({ ok: true, rootHash, manifest: { root: 'research/1' } });
    expect(writeBundle('research/1', PARTS, [])).toMatchObject({ rootHash });
  });

  test.each([1, 0xff])('names the one byte that was changed, wherever it is, by %i', (change) => {
    for (let at = 0; at < bytes.length; at += 1) {
      const damage = damageOf(withByte(at, change));
      const wanted = { what: 'changed', offset: at, until: at + 1, expected: hex(bytes[at]) };
      expect({ ...damage, found: null, part: '' }).toEqual({ ...wanted, found: null, part: '' });
      expect(damage.found).toBe(hex((bytes[at] ?? 0) ^ change));
    }
  });

  test('names the part of the changed byte', () => {
    const parts = new Set(
      Array.from(bytes.keys())
        .filter((at) => at % 7 === 0)
        .map((at) => damageOf(withByte(at, 1)).part),
    );
    expect([...parts]).toEqual(['header', 'manifest', ...PARTS.map(({ name }) => name), 'seal']);
  });

  test('names the first of up to four changed bytes in a row, and the chunk of more', () => {
    const at = bytes.length > 900 ? 900 : 0;
    const few = Uint8Array.from(bytes);
    few.set([1, 2, 3, 4], at);
    expect(damageOf(few)).toMatchObject({ offset: at, until: at + 1 });
    const many = Uint8Array.from(bytes);
    many.set(new Uint8Array(40).fill(1), at);
    const chunk = Math.floor(at / CHUNK_BYTES) * CHUNK_BYTES;
    expect(damageOf(many)).toMatchObject({ offset: chunk, until: chunk + CHUNK_BYTES, expected: null });
  });

  test('cut off anywhere says where it ends', () => {
    for (let size = 0; size < bytes.length; size += 1) {
      const { what, offset } = damageOf(bytes.subarray(0, size));
      expect([what, offset]).toEqual(['truncated', size]);
    }
  });

  test.each(['x', '\n', 'x'.repeat(70), 'x'.repeat(5000)])(
    'with more at its end says where that begins: %#',
    (more) => {
      const damage = damageOf(Buffer.concat([bytes, Buffer.from(more)]));
      expect(damage).toMatchObject({ what: 'appended', offset: bytes.length });
    },
  );

  test('with a byte put in or taken out is not whole, and the place is in the range named', () => {
    for (const at of [3, 40, 300, 700, 1300, bytes.length - 100]) {
      for (const changed of [
        Buffer.concat([bytes.subarray(0, at), Buffer.from('~'), bytes.subarray(at)]),
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
      ]) {
        const { offset, until } = damageOf(changed);
        expect(offset <= at + 1 && at - CHUNK_BYTES <= offset && until > offset).toBe(true);
      }
    }
  });

  test('with two parts exchanged is not whole', () => {
    const [first, one, two, last] = PARTS.map(({ content }) => content) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const start = Buffer.from(bytes).indexOf(Buffer.from(first)) + first.length;
    const swapped = Buffer.concat([
      bytes.subarray(0, start),
      ...[two, one, last],
      bytes.subarray(start + one.length + two.length + last.length),
    ]);
    expect(swapped).toHaveLength(bytes.length);
    const { offset, until } = damageOf(swapped);
    expect(offset <= start + one.length + two.length && until > start).toBe(true);
  });

  test('of no bytes, or of something else, is none', () => {
    for (const other of [new Uint8Array(), Buffer.from('PK\u0003\u0004'), Buffer.alloc(5000)]) {
      expect(checkBundle(other).ok).toBe(false);
    }
  });
});
