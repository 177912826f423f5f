import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import pino from 'pino';
import { addTracing } from '../../../src/api/plugins/tracing.ts';
import { createFoliosClient } from '../../../src/client/folios-client.ts';
import { loadConfig } from '../../../src/config.ts';
import { openService, type Service, startServiceWorkers } from '../../../src/main/service.ts';
import { type ResearchHarness, ROOT, startResearchHarness } from '../../factories/research-harness.ts';
import { waitFor } from '../../factories/wait-for.ts';

interface ToldSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** What a collector is told over OTLP. */
function startCollector() {
  const spans: ToldSpan[] = [];
  const headers: unknown[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers['x-key']);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: ToldSpan[] }[] }[];
      };
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.end('{}');
    });
  });
  return new Promise<{ url: string; spans: ToldSpan[]; headers: unknown[]; close: () => void }>((ready) => {
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      ready({ url, spans, headers, close: () => void server.close() });
    });
  });
}

let harness: ResearchHarness;
let collector: Awaited<ReturnType<typeof startCollector>>;
let service: Service;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  harness = await startResearchHarness({ worker: false });
  collector = await startCollector();
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a-key' };
  const config = loadConfig({ ...harness.env, ...tracing }, ROOT);
  service = await openService(config);
  const workers = await startServiceWorkers(config, service, pino({ level: 'silent' }));
  stopWorkers = () => workers.stop();
});
afterAll(async () => {
  await stopWorkers();
  await service.close();
  collector.close();
  await harness.close();
});

test('a trace leads from the caller through the request and the workflow to its activities', async () => {
  const app = Fastify();
  addTracing(app as never);
  const folios = createFoliosClient(service.temporal.client);
  app.post('/plans', () => folios.planResearch({}, 'traced'));
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const callersSpan = 'b7ad6b7169203331';
  const headers = { traceparent: `00-${traceId}-${callersSpan}-01` };
  const answer = await app.inject({ method: 'POST', url: '/plans', headers });
  expect(answer.statusCode).toBe(200);
  await app.close();

  const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  const named = (name: RegExp) => ofTrace().find((span) => name.test(span.name));
  await waitFor('the spans', async () => named(/^RunActivity/) && named(/^POST/) && named(/^RunWorkflow/));
  const parentOf = (name: RegExp) => {
    const parent = ofTrace().find(({ spanId }) => spanId === named(name)?.parentSpanId);
    return parent?.name.split(':')[0] ?? named(name)?.parentSpanId;
  };
  expect(parentOf(/^POST \/plans/)).toBe(callersSpan);
  expect(parentOf(/^StartWorkflow:planResearch/)).toBe('POST /plans');
  expect(parentOf(/^RunWorkflow:planResearch/)).toBe('StartWorkflow');
  expect(parentOf(/^RunActivity/)).toBe('StartActivity');
  expect(collector.headers[0]).toBe('a-key');
});
