import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Environment, parseEnvironment } from './config-parse.ts';
import { emulatorPorts, type ProviderConfig, providerConfigs } from './config-providers.ts';
import { Secret } from './config-secret.ts';
import { readSecretFiles } from './config-secret-files.ts';
import type { ConfigValues } from './config-variables.ts';
import type { MarketDate } from './domain/market/market-date.ts';
import type { ProviderName } from './domain/research/provider.ts';

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
    readonly twsEmulator: number;
    readonly twsControl: number;
    /** Null: the SDK's figures are shown by the API alone, where it runs in the same process. */
    readonly metrics: number | null;
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
  readonly ibkr: {
    /** Whether our TWS simulator answers instead of a gateway. */
    readonly simulated: boolean;
    readonly host: string;
    readonly port: number;
    readonly clientId: number;
  };
  readonly paper: {
    readonly spreadBps: number;
    readonly slippageBps: number;
    /** Between 0 and 1. */
    readonly partialFillProbability: number;
    readonly rejectProbability: number;
    readonly seed: number;
  };
  readonly brokerQuietMs: number;
  readonly emulators: { readonly latencyMs: number; readonly seed: string };
  readonly artifactStore: ArtifactStoreConfig;
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly replayStart: MarketDate;
  readonly jobTimeoutHours: number;
  readonly schedules: { readonly planCron: string; readonly timeZone: string };
  /** Null: nobody is told of traces. */
  readonly tracing: {
    readonly endpoint: string;
    readonly headers: Secret<Readonly<Record<string, string>>>;
    readonly serviceName: string;
  } | null;
  readonly api: {
    readonly requestsPerMinute: number;
    readonly trustedProxies: readonly string[];
    readonly sessionIdleMs: number;
    readonly sessionMaxMs: number;
    /** Null: the first user is made from this machine alone. */
    readonly setupToken: Secret<string> | null;
    /** Null: the embedded Web UI's. */
    readonly codecOrigins: readonly string[] | null;
  };
  /** The server on which the command line works; null for this machine. */
  readonly remote: { readonly server: string | null; readonly token: Secret<string> | null };
  readonly notifications: {
    readonly allowPrivate: 'none' | 'all' | readonly string[];
    readonly secretsDir: string;
    /** The NOTIFY_ variables. */
    readonly secrets: Secret<Readonly<Record<string, string>>>;
    readonly telegramApiUrl: string;
  };
  readonly logLevel: ConfigValues['FOLIOS_LOG_LEVEL'];
  /** What works but should not stay so; said at every start. */
  readonly warnings: readonly string[];
}

const REPOSITORY_ROOT = resolve(import.meta.dirname, '..');

/** Reads the environment, the only place that does. CONFIG_INVALID names every bad variable; PROVIDER_KEY_MISSING. */
export function loadConfig(given: Environment = process.env, root: string = REPOSITORY_ROOT): Config {
  const { env, problems, warnings } = readSecretFiles(given, root);
  const values = parseEnvironment(env, problems);
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
      twsEmulator: values.FOLIOS_TWS_EMULATOR_PORT,
      twsControl: values.FOLIOS_TWS_CONTROL_PORT,
      metrics: values.FOLIOS_METRICS_PORT ?? null,
    },
    databaseUrl: values.DATABASE_URL === undefined ? null : new Secret(values.DATABASE_URL),
    temporal: temporalConfig(env, values),
    providers: providerConfigs(values),
    ...brokerConfig(values),
    emulators: { latencyMs: values.FOLIOS_EMULATOR_LATENCY_MS, seed: values.FOLIOS_EMULATOR_SEED },
    artifactStore: artifactStoreConfig(values, stateDir),
    encryptionKeys: encryptionKeys(values),
    replayStart: values.FOLIOS_REPLAY_START,
    jobTimeoutHours: values.FOLIOS_JOB_TIMEOUT_HOURS,
    schedules: { planCron: values.FOLIOS_PLAN_CRON, timeZone: values.FOLIOS_TIME_ZONE },
    tracing: tracingConfig(values),
    api: apiConfig(values),
    remote: {
      server: values.FOLIOS_SERVER ?? null,
      token: values.FOLIOS_TOKEN === undefined ? null : new Secret(values.FOLIOS_TOKEN),
    },
    notifications: notificationConfig(env, values, root),
    logLevel: values.FOLIOS_LOG_LEVEL,
    warnings,
  });
}

function tracingConfig(values: ConfigValues): Config['tracing'] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = values;
  if (endpoint === undefined) return null;
  const pairs = (headers ?? '').split(',').filter((pair) => pair !== '');
  const named = pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  return { endpoint, headers: new Secret(Object.fromEntries(named)), serviceName: values.OTEL_SERVICE_NAME };
}

function apiConfig(values: ConfigValues): Config['api'] {
  return {
    requestsPerMinute: values.FOLIOS_API_REQUESTS_PER_MINUTE,
    trustedProxies: values.FOLIOS_TRUSTED_PROXIES?.split(',') ?? [],
    sessionIdleMs: values.FOLIOS_SESSION_HOURS * 3_600_000,
    sessionMaxMs: values.FOLIOS_SESSION_MAX_DAYS * 86_400_000,
    setupToken: values.FOLIOS_SETUP_TOKEN === undefined ? null : new Secret(values.FOLIOS_SETUP_TOKEN),
    codecOrigins: values.FOLIOS_CODEC_ORIGINS?.split(',') ?? null,
  };
}

function brokerConfig(values: ConfigValues): Pick<Config, 'ibkr' | 'paper' | 'brokerQuietMs'> {
  const simulated = values.FOLIOS_IBKR === 'simulated';
  return {
    ibkr: {
      simulated,
      host: simulated ? values.FOLIOS_EMULATOR_HOST : values.FOLIOS_IBKR_HOST,
      port: simulated ? values.FOLIOS_TWS_EMULATOR_PORT : values.FOLIOS_IBKR_PORT,
      clientId: values.FOLIOS_IBKR_CLIENT_ID,
    },
    paper: {
      spreadBps: values.FOLIOS_PAPER_SPREAD_BPS,
      slippageBps: values.FOLIOS_PAPER_SLIPPAGE_BPS,
      partialFillProbability: values.FOLIOS_PAPER_PARTIAL_FILL_PERCENT / 100,
      rejectProbability: values.FOLIOS_PAPER_REJECT_PERCENT / 100,
      seed: values.FOLIOS_PAPER_SEED,
    },
    brokerQuietMs: values.FOLIOS_BROKER_QUIET_MS ?? (simulated ? 2_000 : 10_000),
  };
}

function notificationConfig(env: Environment, values: ConfigValues, root: string): Config['notifications'] {
  const allowed = values.FOLIOS_ALLOW_PRIVATE_WEBHOOKS;
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (name.startsWith('NOTIFY_') && value) secrets[name] = value;
  return {
    allowPrivate: allowed === 'false' ? 'none' : allowed === 'true' ? 'all' : allowed.split(','),
    secretsDir: resolve(root, values.FOLIOS_SECRETS_DIR),
    secrets: new Secret(secrets),
    telegramApiUrl: values.FOLIOS_TELEGRAM_API_URL.replace(/\/$/, ''),
  };
}

/** The configuration as plain JSON for logs and `doctor`: secrets are placeholders. */
export function describeConfig(config: Config): Record<string, unknown> {
  return JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
}

function defaultCacheDir(env: Environment): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'folios');
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
