import { expect, test } from '@jest/globals';
import { createApiClient } from '../../client/api-client.ts';
import { remoteLineage } from './remote-lineage.ts';

const LINEAGE = {
  ...{ workflowId: 'job/1', closed: true, missing: [], executions: [] },
  totals: { executions: 0, steps: 0, failedSteps: 0, costUsd: '0' },
};

test('lineage through a server is read there, and a bundle is not made from afar', async () => {
  const asked: string[] = [];
  const api = createApiClient({
    server: 'https://folios.example',
    token: 'secret',
    fetch: async ({ url }) => {
      asked.push(url);
      const isKnown = url.includes('job%2F1');
      return Response.json(isKnown ? LINEAGE : { code: 'RESOURCE_NOT_FOUND' }, { status: isKnown ? 200 : 404 });
    },
  });
  const { reader } = await remoteLineage(api)();
  expect(await reader.read('job/1', null)).toEqual(LINEAGE);
  expect(await reader.read('job/2', '0198c0de-1111-7000-8000-000000000001')).toBeNull();
  expect(asked).toEqual([
    'https://folios.example/api/v1/lineage/execution/job%2F1',
    'https://folios.example/api/v1/lineage/execution/job%2F2?runId=0198c0de-1111-7000-8000-000000000001',
  ]);
  expect(() => reader.collect('job/1', null)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});
