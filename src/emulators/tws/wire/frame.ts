/** A message longer than this is no TWS message: the sender is lost or hostile. */
const LONGEST_MESSAGE_BYTES = 1_000_000;
const LENGTH_BYTES = 4;
const GREETING = 'API\0';

/** A message as it crosses the wire: its length as uint32 big endian, then every field with a NUL behind it. */
export function encodeFrame(fields: readonly string[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`, 'utf8');
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, LENGTH_BYTES);
  return frame;
}

/** Cuts a byte stream into messages, however the network has split or joined them. */
export class FrameSplitter {
  #pending: Buffer = Buffer.alloc(0);
  #greeted = false;

  /** The versions of the greeting as one field first, then the fields of each whole message. Throws on what is no TWS stream. */
  push(bytes: Buffer): string[][] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const messages: string[][] = [];
    if (!this.#greeted && !this.#takeGreeting()) return messages;
    for (;;) {
      const body = this.#takeBody();
      if (body === null) return messages;
      // The greeting's version range is the one message without a NUL at its end.
      const text = body.toString('utf8');
      messages.push((text.endsWith('\0') ? text.slice(0, -1) : text).split('\0'));
    }
  }

  #takeGreeting(): boolean {
    const head = this.#pending.subarray(0, GREETING.length).toString('latin1');
    if (!GREETING.startsWith(head)) throw new Error('the stream does not begin with the API greeting');
    if (head.length < GREETING.length) return false;
    this.#pending = this.#pending.subarray(GREETING.length);
    this.#greeted = true;
    return true;
  }

  #takeBody(): Buffer | null {
    if (this.#pending.length < LENGTH_BYTES) return null;
    const length = this.#pending.readUInt32BE(0);
    if (length > LONGEST_MESSAGE_BYTES) throw new Error(`a message of ${length} bytes is too long`);
    if (this.#pending.length < LENGTH_BYTES + length) return null;
    const body = this.#pending.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    this.#pending = this.#pending.subarray(LENGTH_BYTES + length);
    return body;
  }
}
