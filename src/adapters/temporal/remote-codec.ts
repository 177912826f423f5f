import type { Payload, PayloadCodec } from '@temporalio/common';
import type { PayloadJson, RemoteCodec } from '../../ports/remote-codec.ts';
import { createPayloadCodec, type PayloadKey } from './payload-codec.ts';

/** The codec of the installation's keys; without a key payloads come back as they are. */
export function createRemoteCodec(namespace: string, keys: readonly PayloadKey[]): RemoteCodec {
  const [first, ...others] = keys;
  const codec: PayloadCodec | null = first === undefined ? null : createPayloadCodec([first, ...others]);
  const through = async (method: 'encode' | 'decode', payloads: readonly PayloadJson[]) => {
    const given = payloads.map(fromJson);
    return (codec === null ? given : await codec[method](given)).map(toJson);
  };
  return {
    namespace,
    encode: (payloads) => through('encode', payloads),
    decode: (payloads) => through('decode', payloads),
  };
}

function fromJson({ metadata, data }: PayloadJson): Payload {
  const fields = Object.entries(metadata ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')] as const);
  return { metadata: Object.fromEntries(fields), data: Buffer.from(data ?? '', 'base64') };
}

function toJson({ metadata, data }: Payload): PayloadJson {
  const fields = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)] as const);
  return { metadata: Object.fromEntries(fields), data: base64(data) };
}

function base64(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}
