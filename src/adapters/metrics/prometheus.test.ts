import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { ServiceFigures } from '../../ports/service-figures.ts';
import { createPrometheusMetrics } from './prometheus.ts';

const FIGURES: ServiceFigures = {
  openOrders: [{ broker: 'paper', state: 'ACCEPTED', count: 3 }],
  ...{ oldestDoubtSeconds: null, openTasks: [], keptReports: 2, accounts: [], llmSpend: [] },
};

function stand(read: () => Promise<ServiceFigures>, sdkUrl: string | null = null) {
  let nowMs = 0;
  const metrics = createPrometheusMetrics({ figures: { read }, clock: { now: () => new Date(nowMs) }, sdkUrl });
  const after = (ms: number) => {
    nowMs += ms;
  };
  return { metrics, after };
}

test('scrapes within five seconds cost one look at the database', async () => {
  let reads = 0;
  const { metrics, after } = stand(async () => {
    reads += 1;
    return FIGURES;
  });
  await Promise.all([metrics.render(), metrics.render()]);
  expect(reads).toBe(1);
  after(6_000);
  expect(await metrics.render()).toContain('folios_open_orders{broker="paper",state="ACCEPTED"} 3\n');
  expect(reads).toBe(2);
});

test('a database that does not answer is told as such, and its figures are left out instead of shown as zeros', async () => {
  let isDown = false;
  const { metrics, after } = stand(async () => {
    if (isDown) throw new Error('no connection');
    return FIGURES;
  });
  expect(await metrics.render()).toContain('folios_figures_up 1\n');
  isDown = true;
  after(6_000);
  const text = await metrics.render();
  expect(text).toContain('folios_figures_up 0\n');
  expect(text).not.toMatch(/^folios_(kept_reports|open_orders|oldest_unconfirmed_order_seconds)\b/m);
});

test('requests are measured by route, and the figures of the Temporal SDK stand behind ours; without it ours stand alone', async () => {
  const sdk = createServer((_request, response) => response.end('temporal_workflow_completed{} 7\n'));
  await new Promise<void>((listening) => sdk.listen(0, '127.0.0.1', listening));
  const { metrics } = stand(async () => FIGURES, `http://127.0.0.1:${(sdk.address() as AddressInfo).port}/metrics`);
  metrics.observeRequest({ method: 'GET', route: '/api/v1/orders', status: 200, seconds: 0.02 });
  const text = await metrics.render();
  expect(text).toContain('folios_http_request_seconds_count{method="GET",route="/api/v1/orders",status="200"} 1\n');
  expect(text).toContain('temporal_workflow_completed{} 7\n');
  await new Promise((closed) => sdk.close(closed));
  expect(await metrics.render()).toContain('folios_kept_reports 2\n');
});
