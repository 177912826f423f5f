import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { ServiceFiguresSource } from '../../ports/service-figures.ts';
import { registerServiceMetrics } from './service-metrics.ts';

/** Figures that are read for every scrape are kept for this long: several scrapers cost one look. */
const KEPT_MS = 5_000;
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * All that Prometheus is shown: the process, the API's requests, how the service stands, and what the Temporal SDK of this
 * process shows at `sdkUrl`. An SDK that does not answer is left out.
 */
export function createPrometheusMetrics(options: {
  readonly figures: ServiceFiguresSource;
  readonly clock: Clock;
  /** Null where no worker runs in this process. */
  readonly sdkUrl: string | null;
}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'folios_' });
  const requests = new Histogram({
    name: 'folios_http_request_seconds',
    help: 'How long the API took to answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  const refresh = registerServiceMetrics(registry, options.figures, options.clock);
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const refreshed = async () => {
    const now = options.clock.now().getTime();
    if (now - readAt > KEPT_MS) {
      readAt = now;
      reading = refresh();
    }
    await reading;
  };
  return {
    contentType: registry.contentType,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    async render() {
      const [, sdk] = await Promise.all([refreshed(), sdkMetrics(options.sdkUrl)]);
      return `${await registry.metrics()}\n${sdk}`;
    },
  };
}

async function sdkMetrics(url: string | null): Promise<string> {
  if (url === null) return '';
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? await answer.text() : '';
  } catch {
    return '';
  }
}
