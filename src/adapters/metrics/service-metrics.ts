import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../ports/clock.ts';
import type { ServiceFigures, ServiceFiguresSource } from '../../ports/service-figures.ts';

/**
 * Shows how the service stands as gauges, read from the database when somebody scrapes. A database that does not answer
 * shows as `folios_figures_up 0`, and without the figures that it would tell, not as zeros.
 */
export function registerServiceMetrics(
  registry: Registry,
  source: ServiceFiguresSource,
  clock: Clock,
): () => Promise<void> {
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge<T>({ name: `folios_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const up = gauge('figures_up', 'Whether the database told the figures below.');
  const orders = gauge('open_orders', 'Orders that are not over.', ['broker', 'state']);
  const doubt = gauge(
    'oldest_unconfirmed_order_seconds',
    'Since when the oldest order that no broker confirmed waits.',
  );
  const tasks = gauge('open_provider_jobs', 'Jobs at LLM providers that have not ended.', ['provider', 'state']);
  const kept = gauge('kept_reports', 'Reports of brokers that wait for a person.');
  const accounts = gauge('accounts', 'Accounts by what they may do.', ['broker', 'mode']);
  const spend = gauge('llm_spend_usd_today', 'US dollars for calls of LLMs since midnight UTC.', ['provider']);
  const calls = gauge('llm_calls_today', 'Calls of LLMs since midnight UTC.', ['provider']);
  const all = [orders, doubt, tasks, kept, accounts, spend, calls];

  const show = (figures: ServiceFigures) => {
    for (const { broker, state, count } of figures.openOrders) orders.set({ broker, state }, count);
    doubt.set(figures.oldestDoubtSeconds ?? 0);
    for (const { provider, state, count } of figures.openTasks) tasks.set({ provider, state }, count);
    kept.set(figures.keptReports);
    for (const { broker, mode, count } of figures.accounts) accounts.set({ broker, mode }, count);
    for (const { provider, costUsd, calls: count } of figures.llmSpend) {
      spend.set({ provider }, Number(costUsd));
      calls.set({ provider }, count);
    }
  };
  return async () => {
    // What no longer is must not stay as it was.
    for (const one of all) one.reset();
    try {
      show(await source.read(clock.now()));
      up.set(1);
    } catch {
      // Those without labels would say 0.
      for (const one of [doubt, kept]) one.remove();
      up.set(0);
    }
  };
}
