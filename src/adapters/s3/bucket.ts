import { addAbortSignal, type Readable } from 'node:stream';
import type { PutObjectCommandInput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { s3Failure } from './store-errors.ts';

/** Attempts per call, the first one included; every call here may safely be repeated. */
const MAX_ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 3_000;

export interface BucketOptions {
  /** Where an S3-compatible store listens; null means AWS. */
  readonly endpoint?: string | null;
  readonly region: string;
  readonly bucket: string;
  /** Both, or neither: then the SDK looks for credentials where AWS keeps them (profile, instance role, …). */
  readonly accessKeyId?: string | null;
  readonly secretAccessKey?: string | null;
  /** `http://host/bucket/key` instead of `http://bucket.host/key`; the default wherever an endpoint is given. */
  readonly forcePathStyle?: boolean;
  /** For one attempt. */
  readonly timeoutMs?: number;
}

/** The few calls that we make to one bucket; failures are the SDK's. */
export interface Bucket {
  put(key: string, bytes: Uint8Array, mediaType: string, sha256: string): Promise<void>;
  /** Size of an object in bytes; null where there is none, or where we may not know. */
  size(key: string): Promise<number | null>;
  /** The content; null where there is none. Reads no object of another size than `bytes`: `otherSize`. */
  get(key: string, bytes: number): Promise<Uint8Array | 'otherSize' | null>;
  remove(key: string): Promise<void>;
}

/** Opens a bucket through AWS's SDK, which is loaded at the first call (80 ms). Nothing is sent before. */
export function openBucket(options: BucketOptions): Bucket {
  const { bucket: Bucket, timeoutMs = 15_000 } = options;
  let loaded: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | undefined;
  const load = () => {
    loaded ??= import('@aws-sdk/client-s3').then((sdk) => ({
      sdk,
      client: new sdk.S3Client(clientConfig(options, timeoutMs)),
    }));
    return loaded;
  };

  return {
    async put(key, bytes, mediaType, sha256) {
      const { sdk, client } = await load();
      await client.send(new sdk.PutObjectCommand(putInput(Bucket, key, bytes, mediaType, sha256)));
    },

    async size(key) {
      const { sdk, client } = await load();
      try {
        return (await client.send(new sdk.HeadObjectCommand({ Bucket, Key: key }))).ContentLength ?? null;
      } catch (error) {
        // Without the right to list, S3 says 403 for a missing object; the write that follows tells which it is.
        const { status } = s3Failure(error);
        if (status === 404 || status === 403) return null;
        throw error;
      }
    },

    async get(key, bytes) {
      const { sdk, client } = await load();
      try {
        const { Body, ContentLength } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: key }));
        const body = addAbortSignal(AbortSignal.timeout(timeoutMs), Body as Readable);
        if (ContentLength === bytes) return await readWhole(body);
        body.destroy();
        return 'otherSize';
      } catch (error) {
        if (s3Failure(error).name === 'NoSuchKey') return null;
        throw error;
      }
    },

    async remove(key) {
      const { sdk, client } = await load();
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: key }));
    },
  };
}

function clientConfig(options: BucketOptions, timeoutMs: number): S3ClientConfig {
  const { endpoint = null, accessKeyId = null, secretAccessKey = null } = options;
  return {
    region: options.region,
    forcePathStyle: options.forcePathStyle ?? endpoint !== null,
    maxAttempts: MAX_ATTEMPTS,
    // We send a sha256 with every body and verify it on every read; the SDK's own CRC would be a second opinion that
    // some S3-compatible stores do not understand.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === null ? {} : { endpoint }),
    ...(accessKeyId === null || secretAccessKey === null ? {} : { credentials: { accessKeyId, secretAccessKey } }),
  };
}

/** The store itself refuses a body that does not have the checksum, so that nothing damaged on the way is kept. */
function putInput(
  bucket: string,
  key: string,
  bytes: Uint8Array,
  mediaType: string,
  sha256: string,
): PutObjectCommandInput {
  return {
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentType: mediaType,
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
  };
}

async function readWhole(body: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk as Uint8Array);
  return new Uint8Array(Buffer.concat(chunks));
}
