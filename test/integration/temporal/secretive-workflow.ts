import { ApplicationFailure } from '@temporalio/common';

/** Fails with what it was told, so that the test can look for it in the stored history. */
export async function tellSecret(secret: string): Promise<void> {
  throw ApplicationFailure.nonRetryable(`the secret is ${secret}`, 'SecretTold', { secret });
}
