import type { Payload, PayloadCodec } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { LineageError, LineageValue } from '../../domain/lineage/history-event.ts';

type Payloads = temporal.api.common.v1.IPayloads;
type Failure = temporal.api.failure.v1.IFailure;

const MAX_MESSAGE_LENGTH = 4_000;
const MAX_CAUSES = 10;

/** What decrypts payloads, as a data converter has it. */
export interface Decoding {
  readonly payloadCodecs?: readonly PayloadCodec[];
}

/** Decodes what stands in histories; without a converter, what is not encrypted. */
export interface PayloadReader {
  values(payloads: Payloads | null | undefined): Promise<readonly LineageValue[]>;
  value(payload: Payload | null | undefined): Promise<LineageValue | null>;
  /** The text that a payload holds, such as a summary; null where there is none. */
  text(payload: Payload | null | undefined): Promise<string | null>;
  error(failure: Failure | null | undefined): Promise<LineageError | null>;
}

export function createPayloadReader(dataConverter: Decoding | undefined): PayloadReader {
  const codecs = dataConverter?.payloadCodecs ?? [];

  async function open(payload: Payload): Promise<Payload> {
    let opened = [payload];
    for (const codec of [...codecs].reverse()) opened = await codec.decode(opened);
    return opened[0] ?? payload;
  }

  async function value(payload: Payload | null | undefined): Promise<LineageValue | null> {
    if (!payload) return null;
    try {
      return plainValue(await open(payload));
    } catch (error) {
      const text = (error as Error).message.slice(0, MAX_MESSAGE_LENGTH);
      return { kind: 'unreadable', bytes: payload.data?.length ?? 0, value: null, text };
    }
  }

  async function jsonOf(payload: Payload | null | undefined): Promise<unknown> {
    const decoded = await value(payload);
    return decoded?.kind === 'json' ? decoded.value : null;
  }

  async function error(failure: Failure | null | undefined, depth = 0): Promise<LineageError | null> {
    if (!failure) return null;
    // The failure of an activity or a child is a wrapper; what went wrong is its cause.
    const isWrapper = Boolean(failure.activityFailureInfo ?? failure.childWorkflowExecutionFailureInfo);
    if (isWrapper && failure.cause && depth < MAX_CAUSES) return await error(failure.cause, depth + 1);
    const encoded = (await jsonOf(failure.encodedAttributes)) as { message?: unknown } | null;
    const message = typeof encoded?.message === 'string' ? encoded.message : (failure.message ?? '');
    const { applicationFailureInfo } = failure;
    return {
      code: codeOf(failure),
      message: message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed(),
      retryable: applicationFailureInfo ? applicationFailureInfo.nonRetryable !== true : null,
    };
  }

  return {
    value,
    error: (failure) => error(failure),
    values: async (payloads) =>
      (await Promise.all((payloads?.payloads ?? []).map(value))).filter((one) => one !== null),
    text: async (payload) => {
      const text = await jsonOf(payload);
      return typeof text === 'string' && text !== '' ? text.slice(0, MAX_MESSAGE_LENGTH) : null;
    },
  };
}

/** `TIMEOUT_TYPE_…` by its number. */
const TIMEOUTS = ['UNSPECIFIED', 'START_TO_CLOSE', 'SCHEDULE_TO_START', 'SCHEDULE_TO_CLOSE', 'HEARTBEAT'];

function codeOf(failure: Failure): string {
  if (failure.applicationFailureInfo) return (failure.applicationFailureInfo.type || 'INTERNAL').slice(0, 200);
  if (failure.timeoutFailureInfo)
    return `TIMED_OUT_${TIMEOUTS[failure.timeoutFailureInfo.timeoutType ?? 0] ?? 'OTHER'}`;
  if (failure.canceledFailureInfo) return 'CANCELLED';
  return failure.terminatedFailureInfo ? 'TERMINATED' : 'INTERNAL';
}

function plainValue(payload: Payload): LineageValue {
  const data = payload.data ?? new Uint8Array();
  const encoding = Buffer.from(payload.metadata?.encoding ?? []).toString('utf8');
  const bytes = data.length;
  if (encoding === 'binary/null') return { kind: 'json', bytes, value: null, text: null };
  if (encoding === 'json/plain' || encoding === 'json/protobuf') {
    return { kind: 'json', bytes, value: JSON.parse(Buffer.from(data).toString('utf8')), text: null };
  }
  if (encoding === 'binary/encrypted') {
    const text = 'it is encrypted, and no key is configured (FOLIOS_ENCRYPTION_KEY)';
    return { kind: 'unreadable', bytes, value: null, text };
  }
  return { kind: 'binary', bytes, value: null, text: encoding.slice(0, 200) };
}
