import type { Socket } from 'node:net';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { FaultBoard } from '../control/faults.ts';
import { encodeFrame, FrameSplitter } from '../wire/frame.ts';
import { errorFields } from '../wire/messages.ts';
import { timeText } from '../wire/time-text.ts';

export const SERVER_VERSION = 178;
export const OLDEST_VERSION = 157;
const MOST_MESSAGES_A_SECOND = 50;
const OUTGOING_FAULTS = ['drop', 'duplicate', 'delay'] as const;

/** What a client has subscribed to. */
export interface Subscriptions {
  positions: boolean;
  /** The account of `reqAccountUpdates`; null without one. */
  account: string | null;
  readonly marketData: Map<number, { contract: SimContract; isDelayed: boolean }>;
  readonly summaries: Map<number, { tags: readonly string[] }>;
  readonly profits: Map<number, { account: string; conId: number | null }>;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly faults: FaultBoard;
  readonly clock: () => Date;
  /** Called for one message after the other: the next waits until it resolves. */
  readonly onMessage: (connection: Connection, fields: readonly string[]) => Promise<void>;
  readonly onClose: (connection: Connection) => void;
}

/** One client's socket: greeting, framing, the message limit, and what faults do to what is sent. */
export class Connection {
  readonly subscriptions: Subscriptions = {
    positions: false,
    account: null,
    marketData: new Map(),
    summaries: new Map(),
    profits: new Map(),
  };
  /** Null until START_API. */
  clientId: number | null = null;
  version = 0;
  /** Half-open: the socket stays, nothing is answered and nothing is read. */
  isSilent = false;
  /** Nothing is sent: the connection is about to break after a message took effect. */
  isMuted = false;
  /** How late everything goes that is sent now. */
  answerDelayMs = 0;
  wantsDelayedData = false;
  readonly #options: ConnectionOptions;
  readonly #splitter = new FrameSplitter();
  readonly #timers = new Set<NodeJS.Timeout>();
  #work: Promise<void> = Promise.resolve();
  #received: number[] = [];
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket } = options;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#take(bytes));
    // A client that vanishes is an ordinary event; 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
      for (const timer of this.#timers) clearTimeout(timer);
      options.onClose(this);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends one message, unless a fault has it otherwise. */
  send(fields: readonly string[]): void {
    if (this.isSilent || this.isMuted) return;
    const fault = this.#options.faults.take(OUTGOING_FAULTS, fields[0] ?? '', this.clientId ?? -1, fields);
    if (fault?.fault === 'drop') return;
    const delayMs = this.answerDelayMs + (fault?.fault === 'delay' ? fault.delayMs : 0);
    this.#sendLater(fields, delayMs);
    if (fault?.fault === 'duplicate') this.#sendLater(fields, delayMs);
  }

  error(id: number, code: number, message: string): void {
    this.send(errorFields(id, code, message, this.version));
  }

  /** Breaks the connection without another word. */
  breakOff(): void {
    this.#isClosed = true;
    this.#options.socket.destroy();
  }

  /** Sends what is on its way, then ends. */
  end(): void {
    this.#options.socket.end();
  }

  #sendLater(fields: readonly string[], delayMs: number): void {
    const frame = encodeFrame(fields);
    if (delayMs === 0) {
      this.#write(frame);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.isSilent) this.#write(frame);
    }, delayMs);
    this.#timers.add(timer);
  }

  #write(frame: Buffer): void {
    if (!this.#isClosed) this.#options.socket.write(frame);
  }

  #take(bytes: Buffer): void {
    if (this.isSilent || this.#isClosed) return;
    try {
      for (const fields of this.#splitter.push(bytes)) this.#enqueue(fields);
    } catch {
      // Whoever speaks another protocol is not answered.
      this.breakOff();
    }
  }

  #enqueue(fields: readonly string[]): void {
    if (this.version === 0) {
      this.#negotiate(fields[0] ?? '');
      return;
    }
    if (this.#isTooFast()) {
      this.error(-1, 100, 'Max rate of messages per second has been exceeded');
      this.end();
      this.isMuted = true;
      return;
    }
    this.#work = this.#work.then(async () => {
      if (this.#isClosed || this.isSilent || this.isMuted) return;
      await this.#options.onMessage(this, fields);
    });
  }

  /** The highest version of both sides; a client that is too old is sent away. */
  #negotiate(range: string): void {
    const versions = /^v(\d{1,4})\.\.(\d{1,4})/.exec(range);
    const version = Math.min(SERVER_VERSION, Number(versions?.[2] ?? 0));
    if (version < OLDEST_VERSION) {
      this.error(-1, 503, 'The TWS is out of date and must be upgraded.');
      this.end();
      return;
    }
    this.version = version;
    this.send([String(version), timeText(this.#options.clock())]);
  }

  /** Counts this message; more than 50 within one second are too many. */
  #isTooFast(): boolean {
    const now = performance.now();
    this.#received = this.#received.filter((at) => now - at < 1000);
    this.#received.push(now);
    return this.#received.length > MOST_MESSAGES_A_SECOND;
  }
}
