import { describe, expect, test } from '@jest/globals';
import { createOrderIds, FIRST_REQUEST_ID, firstUsableOrderId } from './order-ids.ts';

function memoryFloor(highest: number) {
  const written: number[] = [];
  return {
    written,
    floor: {
      read: async () => highest,
      async write(id: number) {
        written.push(id);
        highest = id;
      },
    },
  };
}

describe('order ids', () => {
  test('start above both what the gateway says and what was ever used', () => {
    expect(firstUsableOrderId(7, 0)).toBe(7);
    expect(firstUsableOrderId(7, 500)).toBe(501);
    expect(firstUsableOrderId(0, 0)).toBe(1);
  });

  test('are written down before they are handed out', async () => {
    const { floor, written } = memoryFloor(10);
    const ids = createOrderIds({
      ...floor,
      async write(id) {
        await Promise.resolve();
        await floor.write(id);
      },
    });
    ids.observe(5);
    expect(await ids.reserve(3)).toEqual([11, 12, 13]);
    expect(written.at(-1)).toBeGreaterThanOrEqual(13);
    for (let n = 0; n < 40; n += 1) {
      const last = (await ids.reserve(7)).at(-1);
      expect(written.at(-1)).toBeGreaterThanOrEqual(last ?? Number.NaN);
    }
    expect(written.length).toBeLessThan(10);
  });

  test('are never handed out twice, also by calls at the same time or after the gateway rolled back', async () => {
    const ids = createOrderIds(memoryFloor(0).floor);
    ids.observe(100);
    const [a, b] = await Promise.all([ids.reserve(2), ids.reserve(1)]);
    ids.observe(1);
    const all = [...(a ?? []), ...(b ?? []), ...(await ids.reserve(1))];
    expect(all.slice(0, 3)).toEqual([100, 101, 102]);
    expect(all[3]).toBeGreaterThan(102);
  });

  test('are looked up anew with every connection: another process may have used some in between', async () => {
    const { floor } = memoryFloor(0);
    const ids = createOrderIds(floor);
    ids.observe(1);
    expect(await ids.reserve(2)).toEqual([1, 2]);
    await floor.write(400);
    ids.observe(3);
    expect(await ids.reserve(1)).toEqual([401]);
  });

  test('a floor that cannot be written gives no ids, and the next call may', async () => {
    const { floor } = memoryFloor(0);
    let isBroken = true;
    const ids = createOrderIds({
      read: floor.read,
      write: async (id) => (isBroken ? Promise.reject(new Error('disk')) : floor.write(id)),
    });
    await expect(ids.reserve(1)).rejects.toThrow('disk');
    isBroken = false;
    expect(await ids.reserve(1)).toEqual([1]);
  });

  test('never reach the range of request ids', async () => {
    const ids = createOrderIds(memoryFloor(FIRST_REQUEST_ID - 1).floor);
    await expect(ids.reserve(1)).rejects.toMatchObject({ code: 'INTERNAL', effect: 'none' });
  });
});
