import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { translatingErrors } from './database-error.ts';

const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 250;

/** A lock that is held over time. */
export interface HeldLock {
  /** False once the session that held it is gone; then somebody else may have the lock already. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Named locks across all processes, as PostgreSQL advisory locks of one session outside the pool: however many are held,
 * they take one connection and can never starve the work that they protect. The server releases them when the process
 * dies. Waiting tries again and again, since one blocking wait would stop the session for every other name.
 */
export class LockSession {
  readonly #config: pg.ClientConfig;
  #client: Promise<pg.Client> | undefined;
  #asking: Promise<unknown> = Promise.resolve();
  /** Advisory locks are re-entrant within a session, so holders within this process queue here. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  /** Runs `work` while this process alone holds the lock `name`. DATABASE_UNREACHABLE if it cannot be asked for. */
  async withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const { promise: mine, resolve: done } = Promise.withResolvers<void>();
    this.#queues.set(name, mine);
    await before;
    try {
      // Only our own failures are translated: what `work` throws is its caller's.
      const client = await translatingErrors(() => this.#acquire(name));
      try {
        return await work();
      } finally {
        await this.#release(client, name);
      }
    } finally {
      if (this.#queues.get(name) === mine) this.#queues.delete(name);
      done();
    }
  }

  /** Takes the lock `name` for as long as the process wants it; null where somebody else has it. DATABASE_UNREACHABLE. */
  async tryHold(name: string): Promise<HeldLock | null> {
    if (this.#queues.has(name)) return null;
    const { promise, resolve: done } = Promise.withResolvers<void>();
    this.#queues.set(name, promise);
    let hasLeft = false;
    const leave = () => {
      if (!hasLeft) this.#queues.delete(name);
      hasLeft = true;
      done();
    };
    try {
      const client = await translatingErrors(() => this.#connect());
      if (await translatingErrors(() => this.#ask(client, 'select pg_try_advisory_lock($1) as yes', name))) {
        return {
          // A lock ends with its session: a new one would have to take it anew, and somebody may have been faster.
          isHeld: async () =>
            this.#client !== undefined && (await this.#client) === client && (await this.#answers(client)),
          release: async () => {
            if (!hasLeft) await this.#release(client, name);
            leave();
          },
        };
      }
    } catch (error) {
      leave();
      throw error;
    }
    leave();
    return null;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.then((open) => open.end()).catch(() => undefined);
  }

  async #acquire(name: string): Promise<pg.Client> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const client = await this.#connect();
      try {
        if (await this.#ask(client, 'select pg_try_advisory_lock($1) as yes', name)) return client;
      } catch (error) {
        // The question never blocks, so the session is broken, and may still be given a lock that nobody would return.
        void client.end().catch(() => undefined);
        throw error;
      }
      await sleep(waitMs);
    }
  }

  /** A session that broke meanwhile took its locks with it: nothing to give back, and the work is done. */
  async #release(client: pg.Client, name: string): Promise<void> {
    await this.#ask(client, 'select pg_advisory_unlock($1) as yes', name).catch(() => undefined);
  }

  async #answers(client: pg.Client): Promise<boolean> {
    return this.#ask(client, 'select $1::bigint is not null as yes', '').catch(() => false);
  }

  /** One question at a time: a session of PostgreSQL answers no second one beside the first. */
  async #ask(client: pg.Client, statement: string, name: string): Promise<boolean> {
    const answer = this.#asking.then(() => client.query<{ yes: boolean }>(statement, [keyOf(name)]));
    this.#asking = answer.catch(() => undefined);
    return (await answer).rows[0]?.yes === true;
  }

  #connect(): Promise<pg.Client> {
    return this.#client ?? this.#open();
  }

  #open(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#config, application_name: 'folios-locks', query_timeout: 10_000 });
    const { promise, resolve, reject } = Promise.withResolvers<pg.Client>();
    this.#client = promise;
    const forget = () => {
      if (this.#client === promise) this.#client = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    client.connect().then(
      () => resolve(client),
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
    return promise;
  }
}

/** The 64-bit key of a name, as decimal text. */
function keyOf(name: string): string {
  return createHash('sha256').update(`folios/${name}`).digest().readBigInt64BE(0).toString();
}
