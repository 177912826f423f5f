import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { CONFIG_VARIABLES } from '../../src/config-variables.ts';
import { validateCompose } from './schema.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TEXT = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const compose = parse(TEXT, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const needs = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on));
/** Services that do one thing and end: others wait for their success, not for their health. */
const oneShots = new Set(needs.filter(([, { condition }]) => condition.endsWith('successfully')).map(([name]) => name));

describe('docker-compose.yml', () => {
  test('fits the schema of the compose specification', () => {
    expect(validateCompose(compose)).toEqual([]);
  });

  test('is refused by that schema when it is wrong', () => {
    expect(validateCompose({ services: { api: { imagee: 'x' } } })).not.toEqual([]);
    expect(validateCompose({ services: { api: { healthcheck: { interval: 'often' } } } })).not.toEqual([]);
    expect(validateCompose({ services: { api: { ports: [{ target: 'http' }] } } })).not.toEqual([]);
  });

  test('has the parts of the production form', () => {
    const parts = ['postgres', 'temporal', 'temporal-ui', 's3', 'worker', 'api'];
    expect(services.map(([name]) => name)).toEqual(expect.arrayContaining(parts));
  });

  test.each(services)('%s has a pinned image, and a build where it is ours', (_, { image, build }) => {
    expect(image).toMatch(/:(v?\d+\.\d+|\$\{IMAGE_TAG:-local\})/);
    expect(image).not.toMatch(/latest/);
    if (image?.startsWith('folios:')) {
      expect(existsSync(join(ROOT, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
    }
  });

  test.each(services.filter(([name]) => !oneShots.has(name)))('%s says whether it is healthy', (_, { healthcheck }) => {
    expect(healthcheck?.test.length).toBeGreaterThan(1);
  });

  test('waits only for services that exist, in a state that they can reach', () => {
    for (const [name, { condition }] of needs) {
      expect(compose.services[name]).toBeDefined();
      if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck).toBeDefined();
    }
  });

  test('mounts only volumes that it declares, and uses each', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect([...new Set(mounted)].sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  test('runs only files of this repository that the image holds', () => {
    const copied = [...dockerfile().matchAll(/^COPY (\w+) \.\/\1$/gm)].map(([, folder]) => folder);
    const commands = services.flatMap(([, { command = [], healthcheck }]) => [command, healthcheck?.test ?? []]);
    const files = commands.flat().filter((word) => /^[\w./-]+\.ts$/.test(word));
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      expect(existsSync(join(ROOT, file))).toBe(true);
      expect(copied).toContain(file.split('/')[0]);
    }
  });

  test('sets only variables that our services read', () => {
    const ours = services.filter(([, { image }]) => image?.startsWith('folios:'));
    const names = ours.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(names.filter((name) => !(name in CONFIG_VARIABLES))).toEqual([]);
  });

  test('holds no secret, and demands each that it cannot start without', () => {
    const all = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secrets = all.filter(([name]) => /PASSWORD|PWD|SECRET|_KEY(S|_ID)?$|DATABASE_URL/.test(name));
    expect(secrets.length).toBeGreaterThan(8);
    for (const [, value] of secrets) expect(value).toMatch(/\$\{[A-Z0-9_]+:(\?.+|-)\}/);
    const required = [...TEXT.matchAll(/\$\{([A-Z0-9_]+):\?/g)].map(([, name]) => name);
    expect([...new Set(required)].sort()).toEqual([
      ...['FOLIOS_S3_ACCESS_KEY_ID', 'FOLIOS_S3_SECRET_ACCESS_KEY', 'POSTGRES_PASSWORD'],
    ]);
  });

  test('publishes ports on this machine only', () => {
    for (const port of services.flatMap(([, { ports = [] }]) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('Dockerfile', () => {
  test('runs the Node that development runs, as an ordinary user', () => {
    const require = createRequire(join(ROOT, 'package.json'));
    const { dependencies } = require('./package.json') as { dependencies: Record<string, string> };
    expect(dockerfile().match(/^FROM node:(\S+?)-/gm)).toEqual(
      Array.from({ length: 2 }, () => `FROM node:${dependencies.node}-`),
    );
    expect(dockerfile()).toMatch(/^USER node$/m);
  });

  test('copies only what exists, and the build context leaves secrets and state out', () => {
    const sources = [...dockerfile().matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      (names ?? '').split(' '),
    );
    for (const source of sources) expect(existsSync(join(ROOT, source))).toBe(true);
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.folios', '.git', 'node_modules']));
  });
});

function dockerfile(): string {
  return readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
}
