import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { createDataConverter } from './data-converter.ts';
import { createPayloadCodec, type PayloadKey } from './payload-codec.ts';

const NEW: PayloadKey = { id: 'new', key: new Uint8Array(32).fill(1) };
const OLD: PayloadKey = { id: 'old', key: new Uint8Array(32).fill(2) };
const VALUE = { taskId: 't-1', text: 'Zürich 🎯', nested: [1, null] };

function payloadOf(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => null,
    (error: { code?: string }) => error.code,
  );
}

describe('the payload codec', () => {
  const codec = createPayloadCodec([NEW, OLD]);

  test('gives back what it took, and stores nothing readable', async () => {
    const encrypted = await codec.encode([payloadOf(VALUE), payloadOf('plain')]);
    for (const { data } of encrypted) expect(Buffer.from(data ?? []).toString('latin1')).not.toMatch(/t-1|plain|json/);
    const decoded = await codec.decode(encrypted);
    expect(decoded.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([VALUE, 'plain']);
    expect(await codec.decode(await codec.encode([]))).toEqual([]);
  });

  test('encrypts equal payloads differently', async () => {
    const [one, two] = await codec.encode([payloadOf(VALUE), payloadOf(VALUE)]);
    expect(Buffer.from(one?.data ?? [])).not.toEqual(Buffer.from(two?.data ?? []));
  });

  test('reads what was stored before there was a key, and what a former key encrypted', async () => {
    const plain = payloadOf(VALUE);
    expect(await codec.decode([plain])).toEqual([plain]);
    const former = await createPayloadCodec([OLD]).encode([plain]);
    expect((await codec.decode(former)).map((one) => defaultPayloadConverter.fromPayload(one))).toEqual([VALUE]);
  });

  test('notices every changed bit: nonce, text, tag, key id', async () => {
    const [payload] = await codec.encode([payloadOf(VALUE)]);
    const data = Buffer.from(payload?.data ?? []);
    for (const at of [0, 14, data.length - 1]) {
      const changed = Buffer.from(data);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(await failureOf(codec.decode([{ ...payload, data: changed }]))).toBe('PAYLOAD_UNREADABLE');
    }
    const renamed = { ...payload?.metadata, 'encryption-key-id': Buffer.from('old') };
    expect(await failureOf(codec.decode([{ ...payload, metadata: renamed }]))).toBe('PAYLOAD_UNREADABLE');
    for (const bytes of [0, 27, data.length - 1]) {
      expect(await failureOf(codec.decode([{ ...payload, data: data.subarray(0, bytes) }]))).toBe('PAYLOAD_UNREADABLE');
    }
  });

  test('says which key is missing and where it belongs', async () => {
    const encrypted = await codec.encode([payloadOf(VALUE)]);
    const reading = createPayloadCodec([OLD]).decode(encrypted);
    await expect(reading).rejects.toMatchObject({
      code: 'PAYLOAD_UNREADABLE',
      message: expect.stringMatching(/key new.*FOLIOS_ENCRYPTION_OLD_KEYS/),
    });
  });
});

test('without a key Temporal uses its own converter', () => {
  expect(createDataConverter([])).toBeUndefined();
});
