import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import protocol from '@temporalio/proto';
import { FoliosError } from '../../contracts/errors.ts';

/** A key of 32 bytes and the public name under which payloads refer to it. */
export interface PayloadKey {
  readonly id: string;
  readonly key: Uint8Array;
}

// A CommonJS package whose names Node cannot list: only its default import carries values.
const PayloadMessage = protocol.temporal.api.common.v1.Payload;
const ENCODING = 'binary/encrypted';
const KEY_ID_FIELD = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: 96-bit nonces, 128-bit tags; random nonces are safe far beyond the payloads of one installation. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads with the first key and decrypts with any of them; payloads written before there was a key pass
 * unchanged. `data` is nonce, ciphertext, tag; the key's id is authenticated with it. PAYLOAD_UNREADABLE if the key is
 * not known or the payload was changed.
 */
export function createPayloadCodec(keys: readonly [PayloadKey, ...PayloadKey[]]): PayloadCodec {
  const byId = new Map(keys.map((one) => [one.id, one]));
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, keys[0])),
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, byId) : payload)),
  };
}

/** The id of the key that encrypted a payload, null if none did; undefined for what is no payload. */
export function encryptedWith(part: object): string | null | undefined {
  const { metadata } = part as Payload;
  const encoding = metadata?.encoding;
  if (!(encoding instanceof Uint8Array)) return undefined;
  return isEncrypted(part as Payload) ? textOf(part as Payload, KEY_ID_FIELD) : null;
}

function isEncrypted(payload: Payload): boolean {
  return textOf(payload, 'encoding') === ENCODING;
}

function textOf(payload: Payload, field: string): string {
  return Buffer.from(payload.metadata?.[field] ?? []).toString('utf8');
}

function encrypt(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID_FIELD]: Buffer.from(id) },
    data: Buffer.concat([nonce, body, cipher.getAuthTag()]),
  };
}

function decrypt(payload: Payload, byId: ReadonlyMap<string, PayloadKey>): Payload {
  const keyId = textOf(payload, KEY_ID_FIELD);
  const known = byId.get(keyId);
  if (known === undefined) {
    throw new FoliosError(
      'PAYLOAD_UNREADABLE',
      `a Temporal payload is encrypted with key ${keyId.slice(0, 40)}, which is not the key in FOLIOS_ENCRYPTION_KEY ` +
        'nor one of FOLIOS_ENCRYPTION_OLD_KEYS; add that key there',
      { keyId },
    );
  }
  const data = Buffer.from(payload.data ?? []);
  try {
    if (data.length < NONCE_BYTES + TAG_BYTES) throw new Error('it is too short');
    const decipher = createDecipheriv(CIPHER, known.key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(keyId)).setAuthTag(data.subarray(-TAG_BYTES));
    const body = decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES));
    return PayloadMessage.decode(Buffer.concat([body, decipher.final()]));
  } catch (cause) {
    throw new FoliosError(
      'PAYLOAD_UNREADABLE',
      'a Temporal payload was changed or damaged after it was encrypted',
      { keyId },
      { cause },
    );
  }
}
