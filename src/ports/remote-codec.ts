import type { Payloads } from '../contracts/schemas/api/codec.ts';

/** A payload as JSON writes it, its bytes in base64. */
export type PayloadJson = Payloads['payloads'][number];

/** Temporal's remote codec protocol: encodes and decodes payloads for programs that have no keys. */
export interface RemoteCodec {
  /** The namespace whose payloads it knows. */
  readonly namespace: string;
  encode(payloads: readonly PayloadJson[]): Promise<PayloadJson[]>;
  /** What is not encrypted comes back as it is. PAYLOAD_UNREADABLE. */
  decode(payloads: readonly PayloadJson[]): Promise<PayloadJson[]>;
}
