import { type ErrorCode, FoliosError } from '../../contracts/errors.ts';

/** Also the names that S3-compatible stores (MinIO, versitygw, Ceph) give to the same facts. */
const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded']);
const READ_ONLY = new Set(['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'MethodNotAllowed']);

export interface S3Failure {
  readonly name: string;
  readonly status: number | null;
  readonly message: string;
}

/** What the SDK threw, in the three facts that matter. HEAD answers have no body, so their name may be only the status. */
export function s3Failure(error: unknown): S3Failure {
  const { name, message, code, $metadata } = error as Error & {
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return { name, status: $metadata?.httpStatusCode ?? null, message: message || code || name };
}

/** The port's error for a failed call about `bucket`; our own errors pass. Secrets do not occur in the SDK's messages. */
export function s3StoreError(error: unknown, during: 'read' | 'write', bucket: string): FoliosError {
  if (error instanceof FoliosError) return error;
  const failure = s3Failure(error);
  const details = { bucket, name: failure.name, status: failure.status };
  const why = `S3 bucket ${bucket}: ${failure.name}: ${failure.message}`.slice(0, 500);
  return new FoliosError(codeOf(failure, during), why, details);
}

function codeOf({ name, status }: S3Failure, during: 'read' | 'write'): ErrorCode {
  if (FULL.has(name) || status === 507) return 'ARTIFACT_STORE_FULL';
  if (during === 'write' && READ_ONLY.has(name)) return 'ARTIFACT_STORE_READ_ONLY';
  return 'ARTIFACT_STORE_UNAVAILABLE';
}
