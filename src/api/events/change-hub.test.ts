import { afterEach, describe, expect, test } from '@jest/globals';
import type { Change, ChangeFeed } from '../../ports/change-feed.ts';
import { isAfter } from '../../ports/change-feed.ts';
import { type ChangeHub, createChangeHub, type Watcher } from './change-hub.ts';

const ADA = 'ada';

/** A feed in memory that counts how often it is asked. */
function memoryFeed(changes: Change[]) {
  const asked = { after: 0 };
  const feed: ChangeFeed = {
    head: async () => changes.at(-1)?.id ?? '1-0',
    async after(place, limit) {
      asked.after += 1;
      return changes.filter(({ id }) => isAfter(id, place)).slice(0, limit);
    },
    reaches: async (place) => place !== 'forgotten',
    forgetBefore: async () => 0,
  };
  return { feed, asked };
}

function change(n: number, ownerId: string | null = ADA): Change {
  return { id: `${n}-${n}`, kind: 'order', accountId: 'a', strategyId: null, ownerId, data: { n }, at: new Date(0) };
}

function watcher(ownerId: string | null, patience = Number.POSITIVE_INFINITY) {
  const heard: number[] = [];
  const state = { dropped: false, isWhole: null as boolean | null };
  const self: Watcher = {
    ownerId,
    kinds: null,
    begin: (_place, isWhole) => {
      state.isWhole = isWhole;
    },
    tell: ({ data }) => {
      heard.push(data.n as number);
      return heard.length < patience;
    },
    drop: () => {
      state.dropped = true;
    },
  };
  return { self, heard, state };
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('the hub of changes', () => {
  let hub: ChangeHub | null = null;
  afterEach(() => hub?.close());
  const open = (feed: ChangeFeed) => {
    hub = createChangeHub(feed, { intervalMs: 1, log: { error: () => undefined }, now: () => new Date(0) });
    return hub;
  };

  test('asks once for two hundred who watch', async () => {
    const changes: Change[] = [change(1)];
    const { feed, asked } = memoryFeed(changes);
    const one = open(feed);
    const all = Array.from({ length: 200 }, () => watcher(ADA));
    for (const { self } of all) one.join(self, null);
    await until(() => all.every(({ state }) => state.isWhole !== null));
    const before = asked.after;
    for (let n = 2; n <= 50; n += 1) changes.push(change(n));
    await until(() => all.every(({ heard }) => heard.length === 49));
    // Each asked once when it joined; what follows is asked for all of them together.
    expect(asked.after - before).toBeLessThan(200);
    expect(all.every(({ heard }) => heard.every((n, index) => n === index + 2))).toBe(true);
  });

  test('tells what was missed, then what is new, each once and in order, while changes go on', async () => {
    const changes: Change[] = Array.from({ length: 1200 }, (_, index) => change(index + 1));
    const { feed } = memoryFeed(changes);
    const one = open(feed);
    const early = watcher(ADA);
    one.join(early.self, null);
    await until(() => early.state.isWhole !== null);
    const late = watcher(ADA);
    one.join(late.self, '100-100');
    for (let n = 1201; n <= 1400; n += 1) {
      changes.push(change(n));
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until(() => late.heard.length >= 1300);
    expect(late.heard).toEqual(Array.from({ length: 1300 }, (_, index) => index + 101));
  });

  test('tells everybody only what is theirs, admins all', async () => {
    const changes: Change[] = [];
    const { feed } = memoryFeed(changes);
    const one = open(feed);
    const [ada, bob, admin] = [watcher(ADA), watcher('bob'), watcher(null)];
    for (const { self } of [ada, bob, admin]) one.join(self, null);
    changes.push(change(1, ADA), change(2, 'bob'), change(3, null));
    await until(() => admin.heard.length === 3);
    expect([ada.heard, bob.heard]).toEqual([[1], [2]]);
  });

  test('drops whoever is too slow, and the others go on', async () => {
    const changes: Change[] = [];
    const { feed } = memoryFeed(changes);
    const one = open(feed);
    const [slow, quick] = [watcher(ADA, 3), watcher(ADA)];
    one.join(slow.self, null);
    one.join(quick.self, null);
    for (let n = 1; n <= 10; n += 1) changes.push(change(n));
    await until(() => quick.heard.length === 10);
    expect(slow.state.dropped).toBe(true);
    expect(slow.heard).toHaveLength(3);
  });

  test('says that older changes are forgotten', async () => {
    const { feed } = memoryFeed([change(1)]);
    const { self, state } = watcher(ADA);
    open(feed).join(self, 'forgotten');
    await until(() => state.isWhole !== null);
    expect(state.isWhole).toBe(false);
  });
});
