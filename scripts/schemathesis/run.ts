import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { runDemo } from '../../src/cli/demo/run-demo.ts';
import { loadConfig } from '../../src/config.ts';
import { cliContext } from '../../src/main/cli-context.ts';
import { findFreePort } from '../../src/main/embedded/ports.ts';
import { startEmbeddedStack } from '../../src/main/embedded-stack.ts';
import { createLog } from '../../src/main/logging.ts';
import { ensurePython, exitCodeOf } from '../python.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const PORTS = [
  'API',
  'TEMPORAL',
  'TEMPORAL_UI',
  'POSTGRES',
  'OPENAI_EMULATOR',
  'ANTHROPIC_EMULATOR',
  'GEMINI_EMULATOR',
];

/**
 * `npm run api-fuzz [-- --examples N --seed S]`: Schemathesis against a whole folios of its own that has run once, with the
 * token of its owner and every check; it fails on any answer that is a 5xx or not in the document.
 */
const { values } = parseArgs({
  options: { examples: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const requirements = join(HERE, 'requirements.txt');
const python = await ensurePython({
  folder: join(ROOT, '.folios', 'schemathesis'),
  installs: [['-r', requirements]],
  pins: await readFile(requirements, 'utf8'),
  purpose: 'Schemathesis',
});
const stateDir = await mkdtemp(join(tmpdir(), 'folios-fuzz-'));
const ports = await Promise.all(
  [...PORTS, 'TWS_EMULATOR', 'TWS_CONTROL'].map(async (name) => [`FOLIOS_${name}_PORT`, String(await findFreePort())]),
);
const config = loadConfig(
  {
    ...Object.fromEntries(ports),
    FOLIOS_STATE_DIR: stateDir,
    FOLIOS_LOG_LEVEL: 'warn',
    FOLIOS_API_REQUESTS_PER_MINUTE: '1000000',
  },
  ROOT,
);
const stack = await startEmbeddedStack(config, say, createLog(config.logLevel, join(stateDir, 'logs/folios.log')));
try {
  await makeData();
  // What it remembers between runs belongs to this one.
  process.chdir(stateDir);
  process.exitCode = await exitCodeOf(join(python, '../st'), [
    ...['--no-color', '--config-file', join(HERE, 'schemathesis.toml')],
    ...['run', `http://127.0.0.1:${config.ports.api}/api/openapi.json`],
    ...['-H', `Authorization: Bearer ${await ownersToken()}`, '--checks', 'all'],
    ...['--phases', 'examples,coverage,fuzzing,stateful', '-n', values.examples, '--seed', values.seed],
  ]);
} finally {
  await stack.stop();
  await rm(stateDir, { recursive: true, force: true });
}

/** A research run with its tasks, artifacts, accounts, orders and positions, so that there is something to ask for. */
async function makeData(): Promise<void> {
  const { service } = stack;
  const context = cliContext(config, service.services, service.temporal);
  const output = { stream: new Writable({ write: (_chunk, _encoding, done) => done() }), isTTY: false };
  const { signal } = new AbortController();
  await runDemo(context, output as never, { strategySlug: 'dreman-contrarian', windowEnd: '2021-12-31', signal });
}

/** The first user and a token of all that it may do. */
async function ownersToken(): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  const base = `http://127.0.0.1:${config.ports.api}/api/v1`;
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return {
      cookie: answer.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
      body: await answer.json(),
    };
  };
  const session = await post('/setup', { name: 'owner', password });
  const { csrfToken } = session.body as { csrfToken: string };
  const scopes = ['read', 'trade', 'admin', 'metrics'];
  const made = await post(
    '/tokens',
    { name: 'schemathesis', scopes },
    { cookie: session.cookie, 'x-folios-csrf': csrfToken },
  );
  return (made.body as { secret: string }).secret;
}
