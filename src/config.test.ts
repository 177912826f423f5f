import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { describeConfig, loadConfig } from './config.ts';
import { CONFIG_VARIABLES, type ConfigVariable } from './config-variables.ts';

const ROOT = '/somewhere/folios';
const load = (env: Record<string, string> = {}) => loadConfig(env, ROOT);
const KEY = Buffer.alloc(32, 7).toString('base64');

function failureOf(env: Record<string, string>): { code: string; message: string } {
  try {
    load(env);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  test('without any variable is the offline default', () => {
    const config = load();
    expect(config.stateDir).toBe('/somewhere/folios/.folios');
    expect(config.ports).toEqual({
      api: 5001,
      temporal: 7233,
      temporalUi: 8233,
      postgres: 5433,
      emulators: { openai: 8101, anthropic: 8102, gemini: 8103 },
      twsEmulator: 7497,
      twsControl: 7498,
      metrics: null,
    });
    expect([config.databaseUrl, config.temporal.external, config.artifactStore.kind]).toEqual([null, false, 'file']);
    expect(config.providers.openai).toMatchObject({
      simulated: true,
      baseUrl: 'http://127.0.0.1:8101/v1',
      pollIntervalMs: 1000,
      pollMaxIntervalMs: 5000,
      submitQuietMs: 3000,
    });
  });

  test('takes an empty variable for an unset one, as compose files pass them', () => {
    const empty = Object.fromEntries(Object.keys(CONFIG_VARIABLES).map((name) => [name, '']));
    expect(describeConfig(load(empty))).toEqual(describeConfig(load()));
  });

  test('names every bad variable in one error, and shows no secret', () => {
    const { code, message } = failureOf({
      FOLIOS_API_PORT: '99999',
      FOLIOS_REPLAY_START: '2021-02-30',
      FOLIOS_PROVIDERS: 'reel',
      FOLIOS_ENCRYPTION_KEY: 'hunter2-is-not-a-key',
      FOLIOS_PLAN_CRON: 'daily',
      FOLIOS_TIME_ZONE: 'Mars/Olympus',
      FOLIOS_ARTIFACT_STORE: 's3',
      DATABASE_URL: 'mysql://user:hunter2@host/db',
    });
    expect(code).toBe('CONFIG_INVALID');
    for (const name of [
      'API_PORT="99999"',
      'REPLAY_START',
      'PROVIDERS',
      'ENCRYPTION_KEY',
      'PLAN_CRON',
      'TIME_ZONE',
      'S3_BUCKET',
    ]) {
      expect(message).toContain(`FOLIOS_${name}`);
    }
    expect(message).toContain('DATABASE_URL: must be a URL that begins with postgres://');
    expect(message).not.toContain('hunter2');
  });

  test.each(
    [
      ['0', '65536', '-1', '80.5', '8e3', '0x50', ' 80', '99999999999999999999'].map((port) => [
        'FOLIOS_API_PORT',
        port,
      ]),
      [
        ['FOLIOS_POLL_INTERVAL_MS', '0'],
        ['FOLIOS_JOB_TIMEOUT_HOURS', '-3'],
        ['TEMPORAL_ADDRESS', 'http://host:7233'],
      ],
      [
        ['FOLIOS_ENCRYPTION_KEY', Buffer.alloc(31).toString('base64')],
        ['FOLIOS_S3_ENDPOINT', 'file:///etc/passwd'],
      ],
    ].flat(),
  )('refuses %s=%s', (name, value) => {
    expect(failureOf({ [name as string]: value as string }).message).toContain(name);
  });

  test('refuses a mistyped name, which would leave its default in force', () => {
    expect(failureOf({ FOLIOS_ENCRYPTON_KEY: KEY }).message).toContain('FOLIOS_ENCRYPTON_KEY');
  });

  test('refuses two servers on one port', () => {
    expect(failureOf({ FOLIOS_API_PORT: '7233' }).message).toContain('FOLIOS_API_PORT and FOLIOS_TEMPORAL_PORT');
  });

  test('cannot be changed', () => {
    const config = load();
    expect(() => Object.assign(config.ports, { api: 1 })).toThrow();
    expect(() => Object.assign(config.providers.openai, { simulated: false })).toThrow();
  });
});

describe('providers', () => {
  test('stay emulated although keys and addresses lie in the environment, and those are not used', () => {
    const { providers } = load({ OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: 'https://elsewhere.example/v1' });
    expect(providers.openai.simulated).toBe(true);
    expect(providers.openai.apiKey.reveal()).toBe('emulated');
    expect(providers.openai.baseUrl).toBe('http://127.0.0.1:8101/v1');
  });

  test('become real one by one, with their own patience', () => {
    const { providers } = load({ FOLIOS_ANTHROPIC: 'real', ANTHROPIC_API_KEY: 'key' });
    expect([providers.anthropic.simulated, providers.openai.simulated]).toEqual([false, true]);
    expect(providers.anthropic.apiKey.reveal()).toBe('key');
    expect(providers.anthropic).toMatchObject({ baseUrl: null, pollIntervalMs: 30_000, submitQuietMs: 20_000 });
  });

  test('that are real need their keys: every missing one is named with the way back', () => {
    const { code, message } = failureOf({ FOLIOS_PROVIDERS: 'real', FOLIOS_GEMINI: 'emulated' });
    expect(code).toBe('PROVIDER_KEY_MISSING');
    expect(message).toMatch(/OPENAI_API_KEY.*FOLIOS_OPENAI=emulated/);
    expect(message).toMatch(/ANTHROPIC_API_KEY.*FOLIOS_ANTHROPIC=emulated/);
    expect(message).not.toContain('GEMINI');
  });
});

test('secrets appear in no form of printing', () => {
  const config = load({
    FOLIOS_PROVIDERS: 'real',
    OPENAI_API_KEY: 'secret-1',
    ANTHROPIC_API_KEY: 'secret-2',
    GEMINI_API_KEY: 'secret-3',
    DATABASE_URL: 'postgres://me:secret-4@host/db',
    TEMPORAL_ADDRESS: 'host:7233',
    TEMPORAL_API_KEY: 'secret-5',
    FOLIOS_ARTIFACT_STORE: 's3',
    FOLIOS_S3_BUCKET: 'bucket',
    FOLIOS_S3_ACCESS_KEY_ID: 'secret-6',
    FOLIOS_S3_SECRET_ACCESS_KEY: 'secret-7',
    FOLIOS_ENCRYPTION_KEY: KEY,
  });
  const printed = [inspect(config, { depth: 9, showHidden: true }), JSON.stringify(config), `${config.databaseUrl}`];
  for (const text of [...printed, JSON.stringify(describeConfig(config))]) {
    expect(text).not.toMatch(/secret-\d/);
    expect(text).not.toContain(KEY);
  }
  expect(config.databaseUrl?.reveal()).toContain('secret-4');
});

test('an old encryption key has another public id than the new one, and the id does not tell the key', () => {
  const other = Buffer.alloc(32, 8).toString('base64');
  const [current, old] = load({ FOLIOS_ENCRYPTION_KEY: KEY, FOLIOS_ENCRYPTION_OLD_KEYS: other }).encryptionKeys;
  expect(current?.id).toMatch(/^[0-9a-f]{16}$/);
  expect(current?.id).not.toBe(old?.id);
});

test('every variable of the table has a meaning, and a default that it accepts itself', () => {
  for (const [name, variable] of Object.entries<ConfigVariable>(CONFIG_VARIABLES)) {
    expect([name, variable.meaning]).toEqual([name, expect.stringMatching(/^.{10,}\.$/)]);
    if (variable.default !== null)
      expect([name, variable.schema.safeParse(variable.default).success]).toEqual([name, true]);
  }
});
