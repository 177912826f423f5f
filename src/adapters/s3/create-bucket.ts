import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { FoliosError } from '../../contracts/errors.ts';

export interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  /** Null means AWS. */
  readonly endpoint: string | null;
  /** Null leaves the search to the AWS SDK. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
}

/** Creates the bucket unless it is there; true if it did. ARTIFACT_STORE_UNAVAILABLE with the service's own reason. */
export async function createBucket({ bucket, region, endpoint, credentials }: BucketPlace): Promise<boolean> {
  const client = new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === null ? {} : { credentials }),
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    const { name, message } = error as Error;
    if (/^Bucket(AlreadyOwnedByYou|AlreadyExists)$/.test(name)) return false;
    const place = endpoint === null ? `bucket ${bucket}` : `bucket ${bucket} at ${endpoint}`;
    throw new FoliosError('ARTIFACT_STORE_UNAVAILABLE', `${place} could not be created: ${message || name}`, {
      bucket,
    });
  } finally {
    client.destroy();
  }
}
