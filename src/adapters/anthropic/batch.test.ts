import { afterEach, expect, test } from '@jest/globals';
import { type LocalServer, sendJson, startLocalServer } from '../../../test/contracts/llm/local-server.ts';
import { createAnthropicBatchProvider } from './batch.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

test('the API key is never sent to results on another origin', async () => {
  const stranger = await startLocalServer((_, response) => response.end('{}'));
  const counts = { processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 0 };
  const now = new Date().toISOString();
  const batch = { id: 'b', processing_status: 'ended', request_counts: counts, created_at: now };
  const server = await startLocalServer(({ path }, response) => {
    const shown = { ...batch, results_url: `${stranger.url}/results` };
    sendJson(response, path.includes('limit') ? { data: [shown], has_more: false } : shown);
  });
  servers.push(stranger, server);
  const provider = createAnthropicBatchProvider({ apiKey: 'k', baseUrl: server.url, simulated: true });
  const refusal = { code: 'PROVIDER_REJECTED', effect: 'none' };
  await expect(provider.harvest('b')).rejects.toMatchObject(refusal);
  const intent = { key: 'k', model: 'm', itemCount: 1, payloadSha256: '', intendedAt: now };
  await expect(provider.find(intent, async () => false)).rejects.toMatchObject(refusal);
  expect(stranger.requests).toEqual([]);
});
