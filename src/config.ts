import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Secret } from './config-secret.ts';
import { CONFIG_VARIABLES, type ConfigValues, type ConfigVariable } from './config-variables.ts';
import { FoliosError } from './contracts/errors.ts';
import type { MarketDate } from './domain/market/market-date.ts';
import { PROVIDER_NAMES, type ProviderName } from './domain/research/provider.ts';

/** How one LLM provider is reached and how patiently. */
export interface ProviderConfig {
  /** Whether our emulator answers instead of the vendor. */
  readonly simulated: boolean;
  /** The user's key for the vendor; a placeholder while emulated, so that a real key never leaves by accident. */
  readonly apiKey: Secret<string>;
  /** Null means the vendor's own address, as its SDK knows it. */
  readonly baseUrl: string | null;
  readonly pollIntervalMs: number;
  readonly pollMaxIntervalMs: number;
  readonly submitQuietMs: number;
}

/** Payload encryption: the first key encrypts, all of them decrypt. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Secret<Uint8Array>;
}

export type ArtifactStoreConfig =
  | { readonly kind: 'file'; readonly directory: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly prefix: string;
      readonly region: string;
      readonly endpoint: string | null;
      /** Null leaves the search for credentials to the AWS SDK. */
      readonly credentials: Secret<{ accessKeyId: string; secretAccessKey: string }> | null;
    };

/** Everything the environment decides, checked once and frozen. */
export interface Config {
  readonly root: string;
  readonly stateDir: string;
  readonly cacheDir: string;
  readonly host: string;
  readonly ports: {
    readonly api: number;
    readonly temporal: number;
    readonly temporalUi: number;
    readonly postgres: number;
    readonly emulators: Readonly<Record<ProviderName, number>>;
  };
  /** Null means the embedded PostgreSQL. */
  readonly databaseUrl: Secret<string> | null;
  readonly temporal: {
    /** False means the embedded server on `ports.temporal`. */
    readonly external: boolean;
    readonly namespace: string;
    /** The TEMPORAL_* variables and where config files are looked for, as `@temporalio/envconfig` wants them. */
    readonly environment: Secret<Readonly<Record<string, string>>>;
  };
  readonly providers: Readonly<Record<ProviderName, ProviderConfig>>;
  readonly emulators: { readonly latencyMs: number; readonly seed: string };
  readonly artifactStore: ArtifactStoreConfig;
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly replayStart: MarketDate;
  readonly jobTimeoutHours: number;
  readonly schedules: { readonly planCron: string; readonly timeZone: string };
  readonly logLevel: ConfigValues['FOLIOS_LOG_LEVEL'];
}

type Environment = Readonly<Record<string, string | undefined>>;

const REPOSITORY_ROOT = resolve(import.meta.dirname, '..');

/** Reads the environment, the only place that does. CONFIG_INVALID names every bad variable; PROVIDER_KEY_MISSING. */
export function loadConfig(env: Environment = process.env, root: string = REPOSITORY_ROOT): Config {
  const values = parse(env);
  const stateDir = resolve(root, values.FOLIOS_STATE_DIR);
  return freeze({
    root,
    stateDir,
    cacheDir: resolve(root, values.FOLIOS_CACHE_DIR ?? defaultCacheDir(env)),
    host: values.FOLIOS_HOST,
    ports: {
      api: values.FOLIOS_API_PORT,
      temporal: values.FOLIOS_TEMPORAL_PORT,
      temporalUi: values.FOLIOS_TEMPORAL_UI_PORT,
      postgres: values.FOLIOS_POSTGRES_PORT,
      emulators: emulatorPorts(values),
    },
    databaseUrl: values.DATABASE_URL === undefined ? null : new Secret(values.DATABASE_URL),
    temporal: temporalConfig(env, values),
    providers: providerConfigs(values),
    emulators: { latencyMs: values.FOLIOS_EMULATOR_LATENCY_MS, seed: values.FOLIOS_EMULATOR_SEED },
    artifactStore: artifactStoreConfig(values, stateDir),
    encryptionKeys: encryptionKeys(values),
    replayStart: values.FOLIOS_REPLAY_START,
    jobTimeoutHours: values.FOLIOS_JOB_TIMEOUT_HOURS,
    schedules: { planCron: values.FOLIOS_PLAN_CRON, timeZone: values.FOLIOS_TIME_ZONE },
    logLevel: values.FOLIOS_LOG_LEVEL,
  });
}

/** The configuration as plain JSON for logs and `doctor`: secrets are placeholders. */
export function describeConfig(config: Config): Record<string, unknown> {
  return JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
}

function parse(env: Environment): ConfigValues {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<ConfigVariable>(CONFIG_VARIABLES)) {
    // Compose files and shells pass unset variables on as empty ones.
    const given = env[name] === '' ? undefined : env[name];
    const text = given ?? variable.default;
    if (text === null) continue;
    const result = variable.schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else {
      const shown = variable.secret === true ? '' : `="${text.slice(0, 80)}"`;
      problems.push(`${name}${shown}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
    }
  }
  problems.push(...unknownNames(env), ...contradictions(values as ConfigValues));
  if (problems.length > 0) {
    throw new FoliosError(
      'CONFIG_INVALID',
      `The environment has values that cannot be used:\n  ${problems.join('\n  ')}`,
      {
        problems,
      },
    );
  }
  return values as ConfigValues;
}

/** A mistyped name would silently leave its default in force, for FOLIOS_ENCRYPTION_KEY with bad consequences. */
function unknownNames(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('FOLIOS_') && !name.startsWith('FOLIOS_TEST_') && !(name in CONFIG_VARIABLES))
    .map((name) => `${name}: folios has no variable of this name`);
}

function contradictions(values: Partial<ConfigValues>): string[] {
  const problems: string[] = [];
  if (values.FOLIOS_ARTIFACT_STORE === 's3' && values.FOLIOS_S3_BUCKET === undefined) {
    problems.push('FOLIOS_S3_BUCKET: is required with FOLIOS_ARTIFACT_STORE=s3');
  }
  if ((values.FOLIOS_S3_ACCESS_KEY_ID === undefined) !== (values.FOLIOS_S3_SECRET_ACCESS_KEY === undefined)) {
    problems.push('FOLIOS_S3_ACCESS_KEY_ID and FOLIOS_S3_SECRET_ACCESS_KEY: set both or neither');
  }
  if (values.FOLIOS_ENCRYPTION_OLD_KEYS !== undefined && values.FOLIOS_ENCRYPTION_KEY === undefined) {
    problems.push('FOLIOS_ENCRYPTION_OLD_KEYS: needs FOLIOS_ENCRYPTION_KEY, the key that encrypts from now on');
  }
  const { FOLIOS_POLL_INTERVAL_MS: first, FOLIOS_POLL_MAX_INTERVAL_MS: longest } = values;
  if (first !== undefined && longest !== undefined && longest < first) {
    problems.push(`FOLIOS_POLL_MAX_INTERVAL_MS="${longest}": is shorter than FOLIOS_POLL_INTERVAL_MS="${first}"`);
  }
  return [...problems, ...sharedPorts(values)];
}

function sharedPorts(values: Partial<ConfigValues>): string[] {
  const byPort = new Map<unknown, string[]>();
  for (const name of Object.keys(CONFIG_VARIABLES).filter((one) => one.endsWith('_PORT'))) {
    const value = values[name as keyof ConfigValues];
    if (value !== undefined) byPort.set(value, [...(byPort.get(value) ?? []), name]);
  }
  return [...byPort]
    .filter(([, names]) => names.length > 1)
    .map(([value, names]) => `${names.join(' and ')}: name the same port ${String(value)}`);
}

function defaultCacheDir(env: Environment): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'folios');
}

function emulatorPorts(values: ConfigValues): Record<ProviderName, number> {
  return {
    openai: values.FOLIOS_OPENAI_EMULATOR_PORT,
    anthropic: values.FOLIOS_ANTHROPIC_EMULATOR_PORT,
    gemini: values.FOLIOS_GEMINI_EMULATOR_PORT,
  };
}

function temporalConfig(env: Environment, values: ConfigValues): Config['temporal'] {
  const names = Object.keys(env).filter((name) => name.startsWith('TEMPORAL_') || CONFIG_FILE_HOMES.includes(name));
  const environment: Record<string, string> = {};
  for (const name of names) if (env[name]) environment[name] = env[name];
  const external = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some((name) => environment[name]);
  return { external, namespace: values.TEMPORAL_NAMESPACE, environment: new Secret(environment) };
}

/** Where `@temporalio/envconfig` looks for the user's `temporal.toml`. */
const CONFIG_FILE_HOMES = ['HOME', 'XDG_CONFIG_HOME', 'APPDATA', 'USERPROFILE'];

function providerConfigs(values: ConfigValues): Record<ProviderName, ProviderConfig> {
  const host = values.FOLIOS_EMULATOR_HOST;
  const ports = emulatorPorts(values);
  const facts = {
    openai: {
      mode: values.FOLIOS_OPENAI,
      keyName: 'OPENAI_API_KEY',
      emulator: `http://${host}:${ports.openai}/v1`,
      baseUrl: values.OPENAI_BASE_URL,
    },
    anthropic: {
      mode: values.FOLIOS_ANTHROPIC,
      keyName: 'ANTHROPIC_API_KEY',
      emulator: `http://${host}:${ports.anthropic}`,
      baseUrl: values.ANTHROPIC_BASE_URL,
    },
    gemini: {
      mode: values.FOLIOS_GEMINI,
      keyName: 'GEMINI_API_KEY',
      emulator: `http://${host}:${ports.gemini}`,
      baseUrl: values.GOOGLE_GEMINI_BASE_URL,
    },
  } as const;
  const isReal = (provider: ProviderName) => (facts[provider].mode ?? values.FOLIOS_PROVIDERS) === 'real';
  const missing = PROVIDER_NAMES.filter((one) => isReal(one) && values[facts[one].keyName] === undefined);
  if (missing.length > 0) throw keyMissing(missing.map((one) => ({ provider: one, variable: facts[one].keyName })));
  const entries = PROVIDER_NAMES.map((provider) => {
    const real = isReal(provider);
    const { emulator, baseUrl, keyName } = facts[provider];
    return [
      provider,
      {
        simulated: !real,
        apiKey: new Secret((real ? values[keyName] : undefined) ?? 'emulated'),
        baseUrl: real ? (baseUrl ?? null) : emulator,
        ...patience(values, real),
      },
    ] as const;
  });
  return Object.fromEntries(entries) as Record<ProviderName, ProviderConfig>;
}

function patience(values: ConfigValues, real: boolean) {
  const pollIntervalMs = values.FOLIOS_POLL_INTERVAL_MS ?? (real ? 30_000 : 1000);
  return {
    pollIntervalMs,
    pollMaxIntervalMs: values.FOLIOS_POLL_MAX_INTERVAL_MS ?? Math.max(pollIntervalMs, real ? 300_000 : 5000),
    submitQuietMs: values.FOLIOS_SUBMIT_QUIET_MS ?? (real ? 20_000 : 3000),
  };
}

function keyMissing(missing: readonly { provider: ProviderName; variable: string }[]): FoliosError {
  const lines = missing.map(
    ({ provider, variable }) =>
      `${provider} is configured as real, but ${variable} is not set. Set it, or go back to the emulator with ` +
      `FOLIOS_${provider.toUpperCase()}=emulated.`,
  );
  return new FoliosError('PROVIDER_KEY_MISSING', lines.join('\n'), { missing });
}

function artifactStoreConfig(values: ConfigValues, stateDir: string): ArtifactStoreConfig {
  if (values.FOLIOS_ARTIFACT_STORE === 'file') return { kind: 'file', directory: join(stateDir, 'artifacts') };
  const { FOLIOS_S3_ACCESS_KEY_ID: accessKeyId, FOLIOS_S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  return {
    kind: 's3',
    bucket: values.FOLIOS_S3_BUCKET ?? '',
    prefix: values.FOLIOS_S3_PREFIX,
    region: values.FOLIOS_S3_REGION,
    endpoint: values.FOLIOS_S3_ENDPOINT ?? null,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined ? null : new Secret({ accessKeyId, secretAccessKey }),
  };
}

function encryptionKeys(values: ConfigValues): EncryptionKey[] {
  if (values.FOLIOS_ENCRYPTION_KEY === undefined) return [];
  const texts = [values.FOLIOS_ENCRYPTION_KEY, ...(values.FOLIOS_ENCRYPTION_OLD_KEYS?.split(',') ?? [])];
  return texts.map((text) => {
    const key = new Uint8Array(Buffer.from(text, 'base64'));
    // The id travels beside each payload: a one-way fingerprint tells keys apart without telling the key.
    const id = createHash('sha256').update('folios-payload-key:').update(key).digest('hex').slice(0, 16);
    return { id, key: new Secret(key) };
  });
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null && !(part instanceof Secret)) freeze(part);
  }
  return Object.freeze(value);
}
