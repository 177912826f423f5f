import type Anthropic from '@anthropic-ai/sdk';
import { ProviderError } from '../../ports/llm-provider.ts';

/** Fetches a batch's results into the call's record. The API key goes with the request, so only to the API's own origin. */
export async function readResults(client: Anthropic, url: string, signal: AbortSignal | undefined): Promise<void> {
  const target = new URL(url, client.baseURL);
  if (target.origin !== new URL(client.baseURL).origin) {
    throw new ProviderError(`anthropic's results are said to be on ${target.origin}, to which no API key is sent`, {
      code: 'PROVIDER_REJECTED',
      effect: 'none',
    });
  }
  const headers = { Accept: 'application/binary' };
  await client.get(target.toString(), { signal: signal ?? null, headers }).asResponse();
}
