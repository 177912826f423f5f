import { describe, expect, test } from '@jest/globals';
import { itemsSince } from './listing.ts';

/** Reads a listing of creation times; gives what was yielded and how many pages were asked for. */
async function read(pages: readonly (readonly number[])[], oldestMs: number) {
  let asked = 0;
  async function* source() {
    for (const page of pages) {
      asked++;
      yield page;
    }
  }
  const items: number[] = [];
  for await (const item of itemsSince(source(), (one) => one, oldestMs)) items.push(item);
  return { items, asked };
}

describe('itemsSince', () => {
  test('stops once a listing that runs newest first has passed the time', async () => {
    expect(await read([[9, 8], [7, 4], [3]], 5)).toEqual({ items: [9, 8, 7, 4], asked: 2 });
  });

  test('reads a listing in any other order to its end', async () => {
    expect(
      (
        await read(
          [
            [1, 2],
            [3, 9],
          ],
          5,
        )
      ).items,
    ).toEqual([1, 2, 3, 9]);
    expect(
      (
        await read(
          [
            [9, 1],
            [8, 2],
          ],
          5,
        )
      ).items,
    ).toEqual([9, 1]);
    expect(
      (
        await read(
          [
            [1, 9],
            [2, 8],
          ],
          5,
        )
      ).items,
    ).toEqual([1, 9, 2, 8]);
    expect(
      (
        await read(
          [
            [1, 1],
            [9, 9],
          ],
          5,
        )
      ).items,
    ).toEqual([1, 1, 9, 9]);
    expect((await read([[Number.NaN], [1], [9]], 5)).items).toEqual([Number.NaN, 1, 9]);
  });

  test('gives up on a listing without an end instead of paging for ever', async () => {
    await expect(
      read(
        Array.from({ length: 1001 }, () => [9]),
        5,
      ),
    ).rejects.toThrow(/1000 pages/);
  });
});
