import { setTimeout as delay } from 'node:timers/promises';
import { type Change, type ChangeFeed, type ChangeKind, isAfter } from '../../ports/change-feed.ts';

/** Somebody who watches. */
export interface Watcher {
  /** Whose changes; null for everybody's. */
  readonly ownerId: string | null;
  /** Null for all kinds. */
  readonly kinds: ReadonlySet<ChangeKind> | null;
  /** The place from which on changes follow; `isWhole` is false where older ones are forgotten and the watcher must read anew. */
  begin(place: string, isWhole: boolean): void;
  /** Hands a change on; false where the watcher takes them too slowly. */
  tell(change: Change): boolean;
  /** Ends the watching: too slow, or the hub closes. */
  drop(): void;
}

/** Tells everybody who watches of what changes, and asks the database once for all of them. */
export interface ChangeHub {
  /** Begins after `place`, or now; the answer ends it. */
  join(watcher: Watcher, place: string | null): () => void;
  close(): void;
}

export interface ChangeHubOptions {
  readonly intervalMs?: number;
  readonly log: { error(facts: object, message: string): void };
  readonly now: () => Date;
}

interface Member {
  readonly watcher: Watcher;
  /** What the hub has told while older changes are still being read; null once it is level. */
  waiting: Change[] | null;
  /** Up to where it has read by itself, of which the hub may still be telling; null once the hub is past it. */
  readTo: string | null;
}

const INTERVAL_MS = 250;
const BATCH = 500;
const MAX_WAITING = 10_000;
const KEPT_MS = 7 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;
const PAUSE_AFTER_FAILURE_MS = 2_000;

export function createChangeHub(feed: ChangeFeed, options: ChangeHubOptions): ChangeHub {
  const { log, now, intervalMs = INTERVAL_MS } = options;
  const members = new Set<Member>();
  let place: string | null = null;
  let isRunning = false;
  let closed = false;

  const leave = (member: Member) => {
    if (members.delete(member)) member.watcher.drop();
  };
  const tell = (member: Member, change: Change) => {
    if (!isFor(member.watcher, change)) return;
    if (member.waiting === null) {
      if (member.readTo !== null && !isAfter(change.id, member.readTo)) return;
      member.readTo = null;
      if (!member.watcher.tell(change)) leave(member);
    } else if (member.waiting.push(change) > MAX_WAITING) leave(member);
  };

  /** Reads on while somebody watches; without anybody the database has peace. */
  async function run(): Promise<void> {
    while (members.size > 0 && !closed) {
      try {
        place ??= await feed.head();
        const changes = await feed.after(place, BATCH);
        for (const change of changes) for (const member of [...members]) tell(member, change);
        place = changes.at(-1)?.id ?? place;
        if (changes.length < BATCH) await delay(intervalMs);
      } catch (error) {
        log.error({ err: error }, 'changes cannot be read; trying again');
        await delay(PAUSE_AFTER_FAILURE_MS);
      }
    }
    place = null;
    isRunning = false;
  }

  function start(): void {
    if (isRunning || closed) return;
    isRunning = true;
    void run();
  }

  /**
   * Reads what happened since `from`, then what the hub told meanwhile. The hub stood at a place before this began to
   * read: what it had told by then can be read, and what it tells afterwards is waiting.
   */
  async function catchUp(member: Member, from: string): Promise<void> {
    let last = from;
    for (;;) {
      const changes = await feed.after(last, BATCH);
      for (const change of changes) {
        if (!members.has(member)) return;
        if (isFor(member.watcher, change) && !member.watcher.tell(change)) return leave(member);
      }
      last = changes.at(-1)?.id ?? last;
      if (changes.length < BATCH) break;
    }
    const waiting = member.waiting ?? [];
    member.waiting = null;
    member.readTo = last;
    for (const change of waiting) tell(member, change);
  }

  async function begin(member: Member, from: string | null): Promise<void> {
    try {
      const here = place ?? (await feed.head());
      place ??= here;
      start();
      const isWhole = from === null || (await feed.reaches(from));
      const since = from !== null && isWhole ? from : here;
      member.watcher.begin(since, isWhole);
      await catchUp(member, since);
    } catch (error) {
      log.error({ err: error }, 'changes cannot be read; the watcher is dropped and will come again');
      leave(member);
    }
  }

  const forgetting = setInterval(() => {
    feed.forgetBefore(new Date(now().getTime() - KEPT_MS)).catch((error: unknown) => {
      log.error({ err: error }, 'old changes cannot be forgotten; trying again in an hour');
    });
  }, FORGET_EVERY_MS).unref();

  return {
    join(watcher, from) {
      const member: Member = { watcher, waiting: [], readTo: null };
      members.add(member);
      void begin(member, from);
      return () => void members.delete(member);
    },
    close() {
      closed = true;
      clearInterval(forgetting);
      for (const member of [...members]) leave(member);
    },
  };
}

function isFor({ ownerId, kinds }: Watcher, change: Change): boolean {
  return (ownerId === null || change.ownerId === ownerId) && (kinds === null || kinds.has(change.kind));
}
