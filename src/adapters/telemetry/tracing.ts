import { context, propagation, type Tracer, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

export interface Tracing {
  readonly tracer: Tracer;
  /** Carries traces through clients, workflows and activities of Temporal. */
  readonly plugin: OpenTelemetryPlugin;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Starts tracing of this process, once: spans go to an OTLP collector by HTTP at `endpoint`, such as http://127.0.0.1:4318. */
export function startTracing(options: {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly version: string;
}): Tracing {
  const { endpoint, headers, serviceName, version } = options;
  const resource = new Resource({ 'service.name': serviceName, 'service.version': version });
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url, headers: { ...headers } }), {
    scheduledDelayMillis: 1_000,
  });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  const contextManager = new AsyncLocalStorageContextManager();
  provider.register({ contextManager: contextManager.enable(), propagator: new W3CTraceContextPropagator() });
  const tracer = provider.getTracer('folios', version);
  return {
    tracer,
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor: processor, tracer }),
    async close() {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
