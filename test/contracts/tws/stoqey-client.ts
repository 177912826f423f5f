import { setTimeout as sleep } from 'node:timers/promises';
import { EventName, IBApi } from '@stoqey/ib';

interface SeenEvent {
  readonly name: string;
  readonly args: readonly unknown[];
}

interface SeenError {
  readonly id: number;
  readonly code: number;
  readonly message: string;
}

const PATIENCE_MS = 10_000;
/** Of a message that the library cannot read. */
const MALFORMED = 505;

/** The real client library with everything it ever emitted. */
export class StoqeyClient {
  readonly ib: IBApi;
  readonly events: SeenEvent[] = [];
  #begin = 0;

  constructor(port: number, clientId: number) {
    this.ib = new IBApi({ host: '127.0.0.1', port, clientId });
    this.ib.on(EventName.all, (name: string, args: unknown[]) => {
      if (!['sent', 'received', 'server'].includes(name)) this.events.push({ name, args });
    });
    // Without a listener an error event ends the process.
    this.ib.on(EventName.error, () => undefined);
  }

  /** Connected and told the next order id. */
  static async ready(port: number, clientId: number): Promise<StoqeyClient> {
    const client = new StoqeyClient(port, clientId);
    client.ib.connect();
    await client.seen('nextValidId');
    return client;
  }

  /** From here on only what comes later counts as seen. */
  mark(): void {
    this.#begin = this.events.length;
  }

  /** The arguments of the first event of this name that fits, as soon as it has come. */
  async seen(name: string, fits: (...args: never[]) => boolean = () => true): Promise<readonly unknown[]> {
    return (await this.either(name, name, (args) => fits(...(args as never[])))).args;
  }

  /** The first event of one of two names that fits, as soon as it has come. */
  async either(one: string, other: string, fits: (args: readonly unknown[]) => boolean): Promise<SeenEvent> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = this.events
        .slice(this.#begin)
        .find(({ name, args }) => (name === one || name === other) && fits(args));
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`neither ${one} nor ${other} came; seen: ${JSON.stringify(this.events.slice(-12))}`);
      }
      await sleep(5);
    }
  }

  /** The arguments of every event of this name since the mark. */
  all(name: string): (readonly unknown[])[] {
    return this.events.slice(this.#begin).flatMap((event) => (event.name === name ? [event.args] : []));
  }

  names(): string[] {
    return this.events.slice(this.#begin).map((event) => event.name);
  }

  /** The first error of this code, as soon as it has come. */
  async error(code: number): Promise<SeenError> {
    const [error, , id] = await this.seen('error', (_error: Error, seen: number) => seen === code);
    return { id: id as number, code, message: (error as Error).message };
  }

  /** The state words of an order since the mark, as its status messages told them. */
  statuses(orderId: number): string[] {
    return this.all('orderStatus').flatMap(([id, status]) => (id === orderId ? [status as string] : []));
  }

  async status(orderId: number, status: string): Promise<void> {
    await this.seen('orderStatus', (id: number, word: string) => id === orderId && word === status);
  }

  /** Every message could be read: what each test has to end with. */
  expectReadable(): void {
    const malformed = this.events.filter(({ name, args }) => name === 'error' && args[1] === MALFORMED);
    if (malformed.length > 0)
      throw new Error(`unreadable: ${JSON.stringify(malformed.map(({ args }) => String(args[0])))}`);
  }

  close(): void {
    this.ib.disconnect();
  }
}
