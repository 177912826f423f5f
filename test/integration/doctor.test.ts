import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { diagnose } from '../../src/main/doctor.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  harness = await startResearchHarness();
});
afterAll(() => harness.close());

const now = () => new Date();

test('the doctor finds every part of a running installation well', async () => {
  const findings = await diagnose(harness.config, now);
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  const details = new Map(findings.map(({ part, detail }) => [part, detail]));
  expect(details.get('PostgreSQL')).toMatch(/^\d+.*schema current$/);
  expect(details.get('workers')).toBe('poll all 5 task queues');
  expect(details.get('openai')).toContain('emulated at http://127.0.0.1:');
  expect(details.get('NYSE')).toMatch(/^(open|closed) at \d\d:\d\d in New York on \d{4}-\d\d-\d\d; /);
  expect(details.get('artifacts')).toMatch(/takes writes$/);
});

test('parts that are down hide no other: each is named with its reason and what helps', async () => {
  const { config } = harness;
  const findings = await diagnose(
    {
      ...config,
      temporal: { ...config.temporal, external: false },
      ports: { ...config.ports, temporal: 9 },
      providers: { ...config.providers, openai: { ...config.providers.openai, baseUrl: 'http://127.0.0.1:9/v1' } },
      artifactStore: { kind: 'file', directory: '/proc/no-artifacts' },
    },
    now,
  );
  const failed = findings.filter(({ state }) => state === 'failed');
  expect(failed.map(({ part }) => part)).toEqual(['Temporal', 'artifacts', 'openai']);
  expect(failed.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/^TEMPORAL_UNREACHABLE: Temporal at 127\.0\.0\.1:9 .*start it with `npm start`/),
    expect.stringMatching(/^ARTIFACT_STORE_[A-Z_]+: the artifact folder \/proc\/no-artifacts/),
    expect.stringMatching(/^no emulator at http:\/\/127\.0\.0\.1:9\/v1: /),
  ]);
  expect(findings.map(({ part }) => part)).toContain('PostgreSQL');
});

test('a clock that differs from the database’s is a warning', async () => {
  const findings = await diagnose(harness.config, () => new Date(Date.now() + 60_000));
  expect(findings.find(({ part }) => part === 'PostgreSQL’s clock')).toMatchObject({ state: 'warning' });
});

test('an account that nobody serves, and a gateway that does not answer, are warnings that say what helps', async () => {
  const { accounts } = harness.services;
  const account = { priceSource: 'replay', initialBalanceUsd: '0', openedOn: '2020-12-31' } as const;
  await accounts.open({ ...account, name: 'ib', broker: 'ibkr', brokerAccount: 'DU1000001' }, new Date());
  const findings = await diagnose({ ...harness.config, ibkr: { ...harness.config.ibkr, port: 9 } }, now);
  const warnings = findings.filter(({ state }) => state === 'warning').map(({ part, detail }) => `${part}: ${detail}`);
  expect(warnings).toEqual([
    'trading accounts: nobody serves ib: orders wait',
    'Interactive Brokers: nothing answers: TWS simulator at 127.0.0.1:9',
  ]);
});
