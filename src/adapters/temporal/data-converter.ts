import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { createPayloadCodec, type PayloadKey } from './payload-codec.ts';

/** The module that the workflow bundle needs too (`failureConverterPath`) when payloads are encrypted. */
export const FAILURE_CONVERTER_PATH = join(import.meta.dirname, 'failure-converter.ts');

/** Temporal's data converter with our encryption; undefined, which means Temporal's own, without a key. */
export function createDataConverter(keys: readonly PayloadKey[]): DataConverter | undefined {
  const [first, ...others] = keys;
  if (first === undefined) return undefined;
  return { payloadCodecs: [createPayloadCodec([first, ...others])], failureConverterPath: FAILURE_CONVERTER_PATH };
}
