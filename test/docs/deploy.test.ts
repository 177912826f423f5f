import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createPrometheusMetrics } from '../../src/adapters/metrics/prometheus.ts';
import type { ServiceFigures } from '../../src/ports/service-figures.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8');

const FIGURES: ServiceFigures = {
  openOrders: [{ broker: 'paper', state: 'ACCEPTED', count: 1 }],
  oldestDoubtSeconds: 1,
  openTasks: [{ provider: 'openai', state: 'awaiting_results', count: 1 }],
  keptReports: 1,
  accounts: [{ broker: 'paper', mode: 'paused', count: 1 }],
  llmSpend: [{ provider: 'openai', costUsd: '1', calls: 1 }],
};

/** Our own series, with their labels, as a scrape shows them. */
async function shownSeries(): Promise<string> {
  const clock = { now: () => new Date() };
  const metrics = createPrometheusMetrics({ figures: { read: async () => FIGURES }, clock, sdkUrl: null });
  metrics.observeRequest({ method: 'GET', route: '/api/v1/orders', status: 500, seconds: 1 });
  return metrics.render();
}

interface Rules {
  readonly groups: { readonly rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
}
interface Dashboard {
  readonly panels: { readonly id: number; readonly title: string; readonly targets: { readonly expr: string }[] }[];
}

const rules = (parse(read('prometheus/alerts.yaml')) as Rules).groups.flatMap((group) => group.rules);
const panels = (JSON.parse(read('grafana/folios.json')) as Dashboard).panels;

describe('what Prometheus and Grafana are given', () => {
  test('asks only for figures that folios shows', async () => {
    const shown = await shownSeries();
    const asked = [
      ...rules.map(({ expr }) => expr),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const names = new Set(asked.flatMap((expr) => expr.match(/\bfolios_\w+/g) ?? []));
    expect(names.size).toBeGreaterThan(8);
    expect([...names].filter((name) => !new RegExp(`^${name}(\\{| )`, 'm').test(shown))).toEqual([]);
  });

  test('filters only by labels that those figures have', async () => {
    const shown = await shownSeries();
    const filters = [
      ...rules.map(({ expr }) => expr),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ]
      .flatMap((expr) => [...expr.matchAll(/\b(folios_\w+)\{(\w+)[=!~]+"/g)])
      .map(([, name, label]) => ({ name, label }));
    expect(filters.length).toBeGreaterThan(2);
    for (const { name, label } of filters) expect(shown).toMatch(new RegExp(`^${name}\\{[^}]*\\b${label}="`, 'm'));
  });

  test('has one alert of a name, and each says what happened', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations } of rules) expect(annotations.summary).toMatch(/\.$/);
  });

  test('has panels of different numbers', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
