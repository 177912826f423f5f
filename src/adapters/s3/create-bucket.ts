import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

export interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  /** Null means AWS. */
  readonly endpoint: string | null;
  /** Null leaves the search to the AWS SDK. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
}

/** Creates the bucket unless it is there; true if it did. Fails with the service's own error. */
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
    if (/^Bucket(AlreadyOwnedByYou|AlreadyExists)$/.test((error as Error).name)) return false;
    throw error;
  } finally {
    client.destroy();
  }
}
