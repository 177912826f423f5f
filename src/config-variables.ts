import { z } from 'zod';
import { isMarketDate } from './domain/market/market-date.ts';

/** One environment variable: how it is read, what it is without the user, and what it means. */
export interface ConfigVariable {
  readonly schema: z.ZodType;
  /** The text the variable stands for when it is unset; null if unset is a value of its own. */
  readonly default: string | null;
  /** What documentation shows as the default where `default` alone would not say it. */
  readonly shownDefault?: string;
  readonly meaning: string;
  /** The value is never printed, not even in an error. */
  readonly secret?: true;
}

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);
const port = wholeNumber(1, 65_535);
const milliseconds = wholeNumber(1, 7 * 86_400_000);
const text = z.string().max(10_000);
const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, { error: () => `must be one of: ${words.join(', ')}` });
const url = (...protocols: string[]) =>
  text.refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)), {
    error: `must be a URL that begins with ${protocols.map((name) => `${name}://`).join(' or ')}`,
  });
const key32 = text.refine(isKey32, 'must be 32 bytes in base64, as `openssl rand -base64 32` prints them');

function isKey32(value: string): boolean {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === value;
}

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

const providerMode = oneOf('emulated', 'real');

/** Every environment variable that folios reads; the documentation is checked against this table. */
export const CONFIG_VARIABLES = {
  FOLIOS_PROVIDERS: {
    schema: providerMode,
    default: 'emulated',
    meaning: 'Who answers for the LLM providers: our offline `emulated` ones, or the `real` vendors, which cost money.',
  },
  FOLIOS_OPENAI: {
    schema: providerMode,
    default: null,
    shownDefault: 'as FOLIOS_PROVIDERS',
    meaning: 'The same for OpenAI alone.',
  },
  FOLIOS_ANTHROPIC: {
    schema: providerMode,
    default: null,
    shownDefault: 'as FOLIOS_PROVIDERS',
    meaning: 'The same for Anthropic alone.',
  },
  FOLIOS_GEMINI: {
    schema: providerMode,
    default: null,
    shownDefault: 'as FOLIOS_PROVIDERS',
    meaning: 'The same for Gemini alone.',
  },
  OPENAI_API_KEY: { schema: text, default: null, secret: true, meaning: 'Key for the real OpenAI; unused otherwise.' },
  OPENAI_BASE_URL: {
    schema: url('http', 'https'),
    default: null,
    shownDefault: "the vendor's",
    meaning: 'Another address for the real OpenAI, with `/v1`; unused while it is emulated.',
  },
  ANTHROPIC_API_KEY: {
    schema: text,
    default: null,
    secret: true,
    meaning: 'Key for the real Anthropic; unused otherwise.',
  },
  ANTHROPIC_BASE_URL: {
    schema: url('http', 'https'),
    default: null,
    shownDefault: "the vendor's",
    meaning: 'Another address for the real Anthropic, without `/v1`; unused while it is emulated.',
  },
  GEMINI_API_KEY: { schema: text, default: null, secret: true, meaning: 'Key for the real Gemini; unused otherwise.' },
  GOOGLE_GEMINI_BASE_URL: {
    schema: url('http', 'https'),
    default: null,
    shownDefault: "the vendor's",
    meaning: 'Another address for the real Gemini; unused while it is emulated.',
  },
  DATABASE_URL: {
    schema: url('postgres', 'postgresql'),
    default: null,
    shownDefault: 'embedded',
    secret: true,
    meaning: 'Your own PostgreSQL 14 or newer instead of the embedded one.',
  },
  TEMPORAL_ADDRESS: {
    schema: text.regex(/^[^\s:/]+:\d{1,5}$|^\[[^\s\]]+\]:\d{1,5}$/, 'must be host:port'),
    default: null,
    shownDefault: 'embedded',
    meaning:
      "Your own Temporal instead of the embedded one. All of Temporal's own TEMPORAL_* variables are understood.",
  },
  TEMPORAL_NAMESPACE: { schema: text, default: 'default', meaning: 'The Temporal namespace.' },
  FOLIOS_STATE_DIR: {
    schema: text,
    default: '.folios',
    meaning: 'Databases, artifacts and logs; a relative path is taken from the repository. `npm run reset` removes it.',
  },
  FOLIOS_CACHE_DIR: {
    schema: text,
    default: null,
    shownDefault: '~/.cache/folios',
    meaning: 'Programs that were downloaded or built once, such as the Temporal server.',
  },
  FOLIOS_API_PORT: { schema: port, default: '5001', meaning: 'Port of the API and the web UI.' },
  FOLIOS_TEMPORAL_PORT: { schema: port, default: '7233', meaning: 'Port of the embedded Temporal server.' },
  FOLIOS_TEMPORAL_UI_PORT: { schema: port, default: '8233', meaning: 'Port of the embedded Temporal Web UI.' },
  FOLIOS_POSTGRES_PORT: { schema: port, default: '5433', meaning: 'Port of the embedded PostgreSQL.' },
  FOLIOS_OPENAI_EMULATOR_PORT: { schema: port, default: '8101', meaning: 'Port of the OpenAI emulator.' },
  FOLIOS_ANTHROPIC_EMULATOR_PORT: { schema: port, default: '8102', meaning: 'Port of the Anthropic emulator.' },
  FOLIOS_GEMINI_EMULATOR_PORT: { schema: port, default: '8103', meaning: 'Port of the Gemini emulator.' },
  FOLIOS_TWS_EMULATOR_PORT: { schema: port, default: '7497', meaning: 'Port of the TWS simulator.' },
  FOLIOS_TWS_CONTROL_PORT: {
    schema: port,
    default: '7498',
    meaning: "Port of the TWS simulator's control endpoint: its ledger, prices and faults.",
  },
  FOLIOS_HOST: {
    schema: text,
    default: '127.0.0.1',
    meaning: 'The address our servers listen on; 0.0.0.0 inside a container.',
  },
  FOLIOS_EMULATOR_HOST: {
    schema: text,
    default: '127.0.0.1',
    meaning: 'Where the emulators run, if not in this process.',
  },
  FOLIOS_EMULATOR_LATENCY_MS: {
    schema: wholeNumber(0, 7 * 86_400_000),
    default: '3000',
    meaning: 'How long an emulated batch works before its results are there.',
  },
  FOLIOS_EMULATOR_SEED: {
    schema: z.string().max(100),
    default: '1',
    meaning: 'Any text; the same seed gives the same emulated answers.',
  },
  FOLIOS_REPLAY_START: {
    schema: text.refine(isMarketDate, 'must be a calendar day as YYYY-MM-DD'),
    default: '2020-12-31',
    meaning: 'The day on which replayed market history begins for a new database.',
  },
  FOLIOS_POLL_INTERVAL_MS: {
    schema: milliseconds,
    default: null,
    shownDefault: '1000 emulated, 30000 real',
    meaning: 'Wait before the second poll of a batch; later waits grow.',
  },
  FOLIOS_POLL_MAX_INTERVAL_MS: {
    schema: milliseconds,
    default: null,
    shownDefault: '5000 emulated, 300000 real',
    meaning: 'The longest wait between two polls of a batch.',
  },
  FOLIOS_SUBMIT_QUIET_MS: {
    schema: milliseconds,
    default: null,
    shownDefault: '3000 emulated, 20000 real',
    meaning: 'How long a submission in doubt is looked for before its absence counts as proven.',
  },
  FOLIOS_IBKR: {
    schema: oneOf('simulated', 'real'),
    default: 'simulated',
    meaning:
      'Who answers for Interactive Brokers: our TWS simulator, or a `real` TWS or IB Gateway, which trades money.',
  },
  FOLIOS_IBKR_HOST: { schema: text, default: '127.0.0.1', meaning: 'Where the real TWS or IB Gateway runs.' },
  FOLIOS_IBKR_PORT: {
    schema: port,
    default: '7496',
    meaning: 'Its port: 7496 or 4001 for real accounts, 7497 or 4002 for paper accounts, by default.',
  },
  FOLIOS_IBKR_CLIENT_ID: {
    schema: wholeNumber(1, 900),
    default: '11',
    meaning: 'Client id of the first account; every further one has the next. An id belongs to one program at a time.',
  },
  FOLIOS_PAPER_SPREAD_BPS: {
    schema: wholeNumber(0, 10_000),
    default: '2',
    meaning: "The paper broker's distance between bid and ask, in hundredths of a percent of the price.",
  },
  FOLIOS_PAPER_SLIPPAGE_BPS: {
    schema: wholeNumber(0, 10_000),
    default: '0',
    meaning: 'By how much the paper broker worsens market orders and triggered stops, in hundredths of a percent.',
  },
  FOLIOS_PAPER_PARTIAL_FILL_PERCENT: {
    schema: wholeNumber(0, 100),
    default: '0',
    meaning: 'How often a fill of the paper broker trades only a part; the rest waits for the next market.',
  },
  FOLIOS_PAPER_REJECT_PERCENT: {
    schema: wholeNumber(0, 100),
    default: '0',
    meaning: 'How often the paper broker refuses a placement.',
  },
  FOLIOS_PAPER_SEED: {
    schema: wholeNumber(0, 2 ** 31 - 1),
    default: '1',
    meaning: 'The same seed gives the same partial fills and rejects to the same orders.',
  },
  FOLIOS_BROKER_QUIET_MS: {
    schema: milliseconds,
    default: null,
    shownDefault: '2000 simulated, 10000 real',
    meaning: 'How long after a submit in doubt the broker is asked before the absence of the order counts as proven.',
  },
  FOLIOS_JOB_TIMEOUT_HOURS: {
    schema: wholeNumber(1, 24 * 14),
    default: '26',
    meaning: 'A provider job that has not ended by then fails; vendors promise a batch within 24 hours.',
  },
  FOLIOS_PLAN_CRON: {
    schema: text.regex(/^\S+( \S+){4}$/, 'must be five cron fields, such as 0 6 * * 1-5'),
    default: '0 6 * * 1-5',
    meaning: 'When stale strategies are looked for and started.',
  },
  FOLIOS_TIME_ZONE: {
    schema: text.refine(isTimeZone, 'must be an IANA time zone, such as America/New_York'),
    default: 'America/New_York',
    meaning: 'The time zone of schedules.',
  },
  FOLIOS_ARTIFACT_STORE: {
    schema: oneOf('file', 's3'),
    default: 'file',
    meaning: 'Where prompts, payloads and answers are kept: under the state folder, or in an S3 bucket.',
  },
  FOLIOS_S3_BUCKET: { schema: text, default: null, meaning: 'The bucket; required with `s3`.' },
  FOLIOS_S3_PREFIX: { schema: text, default: '', shownDefault: 'none', meaning: 'A key prefix inside the bucket.' },
  FOLIOS_S3_ENDPOINT: {
    schema: url('http', 'https'),
    default: null,
    shownDefault: 'AWS',
    meaning: 'Address of another S3 service.',
  },
  FOLIOS_S3_REGION: { schema: text, default: 'us-east-1', meaning: 'The region of the bucket.' },
  FOLIOS_S3_ACCESS_KEY_ID: {
    schema: text,
    default: null,
    shownDefault: "the AWS SDK's own search",
    secret: true,
    meaning: 'Credentials of the bucket.',
  },
  FOLIOS_S3_SECRET_ACCESS_KEY: { schema: text, default: null, secret: true, meaning: 'Credentials of the bucket.' },
  FOLIOS_ENCRYPTION_KEY: {
    schema: key32,
    default: null,
    shownDefault: 'no encryption',
    secret: true,
    meaning: 'Encrypts everything Temporal stores (AES-256-GCM): 32 bytes in base64. Keep it: histories need it.',
  },
  FOLIOS_ENCRYPTION_OLD_KEYS: {
    schema: text.refine(
      (value) => value.split(',').every(isKey32),
      'must be keys of 32 bytes in base64, comma between',
    ),
    default: null,
    shownDefault: 'none',
    secret: true,
    meaning: 'Former keys, comma between, that still decrypt what they encrypted.',
  },
  FOLIOS_METRICS_PORT: {
    schema: port,
    default: null,
    shownDefault: 'none',
    meaning:
      "Where a worker of its own shows the Temporal SDK's figures to Prometheus; `npm start` shows them in `/metrics` of the API.",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: url('http', 'https'),
    default: null,
    shownDefault: 'no traces',
    meaning:
      'An OpenTelemetry collector that takes OTLP over HTTP: requests, workflows and activities are traced to it.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: text.regex(/^[^=,\s]+=[^,]*(,[^=,\s]+=[^,]*)*$/, 'must be name=value, comma between'),
    default: null,
    secret: true,
    meaning: 'Headers for the collector, such as its key, as `name=value` with commas between.',
  },
  OTEL_SERVICE_NAME: { schema: text, default: 'folios', meaning: 'The name of this service in traces.' },
  FOLIOS_API_REQUESTS_PER_MINUTE: {
    schema: wholeNumber(1, 10_000_000),
    default: '6000',
    meaning: 'How many requests one user or token may make in a minute; without either, one address.',
  },
  FOLIOS_TRUSTED_PROXIES: {
    schema: text.regex(/^[0-9a-fA-F.:/]+(,[0-9a-fA-F.:/]+)*$/, 'must be addresses or networks, comma between'),
    default: null,
    shownDefault: 'none',
    meaning: 'Reverse proxies whose `X-Forwarded-*` headers are believed, such as `10.0.0.0/8`.',
  },
  FOLIOS_SESSION_HOURS: {
    schema: wholeNumber(1, 24 * 365),
    default: '12',
    meaning: 'After how many hours without a request a login ends.',
  },
  FOLIOS_SESSION_MAX_DAYS: {
    schema: wholeNumber(1, 365),
    default: '30',
    meaning: 'After how many days a login ends although it is used.',
  },
  FOLIOS_SETUP_TOKEN: {
    schema: text.min(16, 'must have at least 16 characters'),
    default: null,
    shownDefault: 'none: only from this machine',
    secret: true,
    meaning: 'Whoever knows it may make the first user of a service that listens on a network.',
  },
  FOLIOS_SERVER: {
    schema: text.regex(/^https?:\/\//, { error: () => 'must be an address such as https://folios.example' }),
    default: null,
    shownDefault: 'none: this machine',
    meaning: 'The folios server on which the command line works; `--server` says the same for one call.',
  },
  FOLIOS_TOKEN: {
    schema: text.regex(/^\S+$/, { error: () => 'must be an API token such as fol_…' }),
    default: null,
    shownDefault: 'none',
    secret: true,
    meaning:
      'The API token with which the command line works on a server; `--token-file` names a file with it instead.',
  },
  FOLIOS_ALLOW_PRIVATE_WEBHOOKS: {
    schema: text.regex(/^(true|false|[A-Za-z0-9.:/_-]+(,[A-Za-z0-9.:/_-]+)*)$/, {
      error: () => 'must be true, false, or hosts and networks such as hooks.lan,10.0.0.0/8, comma between',
    }),
    default: 'false',
    meaning:
      'Notification channels reach public addresses by https alone. `true`, or a list of hosts and networks, lets private addresses and plain http through.',
  },
  FOLIOS_SECRETS_DIR: {
    schema: text,
    default: '/run/secrets',
    meaning:
      'The folder of the files that channels name as `file:name`; `NOTIFY_…` variables are named `env:NOTIFY_…`.',
  },
  FOLIOS_TELEGRAM_API_URL: {
    schema: url('http', 'https'),
    default: 'https://api.telegram.org',
    meaning: "Another address for Telegram's bot API, such as a server of your own.",
  },
  FOLIOS_CODEC_ORIGINS: {
    schema: text.refine(
      (value) => value.split(',').every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      'must be origins such as https://temporal.example.com, comma between',
    ),
    default: null,
    shownDefault: 'the embedded Web UI',
    meaning: 'Whose pages may have payloads decoded by the codec server: the origins of your own Temporal Web UI.',
  },
  FOLIOS_LOG_LEVEL: {
    schema: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    meaning: 'How much is logged.',
  },
} as const satisfies Record<string, ConfigVariable>;

export type ConfigVariableName = keyof typeof CONFIG_VARIABLES;

/** The parsed value of each variable; undefined only where the table gives no default. */
export type ConfigValues = {
  readonly [K in ConfigVariableName]: (typeof CONFIG_VARIABLES)[K]['default'] extends string
    ? z.output<(typeof CONFIG_VARIABLES)[K]['schema']>
    : z.output<(typeof CONFIG_VARIABLES)[K]['schema']> | undefined;
};
