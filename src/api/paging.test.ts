import { describe, expect, test } from '@jest/globals';
import { decodeCursor, encodeCursor, pageOf } from './paging.ts';

describe('pages', () => {
  test('cover a list once, in order, whatever their size', () => {
    const names = Array.from({ length: 23 }, (_, index) => `name ${String(index).padStart(2, '0')}`);
    for (const limit of [1, 7, 22, 23, 24]) {
      const read: string[] = [];
      let cursor: string | undefined;
      do {
        const page = pageOf(names.toReversed(), (name) => name, { limit, cursor });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        read.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(read).toEqual(names);
    }
  });

  test('an empty list is one empty page', () => {
    expect(pageOf([], String, { limit: 10 })).toEqual({ items: [], nextCursor: null });
  });
});

describe('a cursor', () => {
  test('is read as it was written', () => {
    expect(decodeCursor(encodeCursor({ at: '2026-11-22', id: 7 }), ['at', 'id'])).toEqual({
      at: '2026-11-22',
      id: '7',
    });
  });

  test.each(['', 'e30', 'bnVsbA', 'W10', '!!!', encodeCursor({ other: 1 }), 'eyJhdCI6e319'])(
    '%j is refused',
    (cursor) => {
      expect(() => decodeCursor(cursor, ['at'])).toThrow(expect.objectContaining({ code: 'RESOURCE_NOT_FOUND' }));
    },
  );
});
