import type { ProviderName } from '../../domain/research/provider.ts';
import { type BatchStatus, ProviderError } from '../../ports/llm-provider.ts';

/** JOB_NOT_ENDED: results were asked for while the batch still runs. */
export function notEnded(provider: ProviderName, status: BatchStatus): ProviderError {
  return new ProviderError(`the ${provider} batch has not ended: ${status.providerStatus}`, {
    code: 'JOB_NOT_ENDED',
    effect: 'none',
  });
}

/** Cancels; a refusal counts as done when the batch has in fact ended, since providers differ in what they say then. */
export async function cancelUnlessEnded(
  cancel: () => Promise<unknown>,
  poll: () => Promise<BatchStatus>,
): Promise<void> {
  try {
    await cancel();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const status = await poll();
    if (status.state === 'working') throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ProviderError && error.code === 'PROVIDER_REJECTED';
}
