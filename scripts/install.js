import { spawn } from 'node:child_process';
import { access, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { withFileLock } from './file-lock.js';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
/** Node 24, which every script of ours runs on, whatever Node the machine has. */
export const NODE = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs the locked dependencies if they are not there yet; false if that failed, which was then explained. */
export async function ensureInstalled() {
  if (await isInstalled()) return true;
  // Not in node_modules, which `npm ci` removes first.
  await mkdir(join(ROOT, '.folios'), { recursive: true });
  return await withFileLock(
    join(ROOT, '.folios/install.lock'),
    async () => (await isInstalled()) || (await install()),
    () => say('Another folios command is installing the dependencies; waiting for it.'),
  );
}

/** Whether node_modules holds what package-lock.json asks for; optional packages may be absent, for other platforms. */
async function isInstalled() {
  const [wanted, found] = await Promise.all([
    readJson(join(ROOT, 'package-lock.json')),
    readJson(join(ROOT, 'node_modules/.package-lock.json')),
  ]);
  if (wanted === null) throw new Error('package-lock.json is missing or damaged; check out the repository again');
  if (found === null || !(await exists(NODE))) return false;
  return Object.entries(wanted.packages).every(([path, { version, integrity, optional, devOptional }]) => {
    const there = found.packages[path];
    if (path === '') return true;
    if (there === undefined) return optional === true || devOptional === true;
    return there.version === version && (integrity === undefined || there.integrity === integrity);
  });
}

async function install() {
  say('Installing the dependencies (npm ci): about a minute the first time.');
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const progress = setInterval(() => say(`  still installing, ${seconds()} …`), 10_000);
  const { ok, output } = await npmCi();
  clearInterval(progress);
  if (ok && (await isInstalled())) {
    say(`Dependencies installed in ${seconds()}.`);
    return true;
  }
  say(`npm ci did not succeed${output === '' ? ' (is npm on the PATH, are install scripts allowed?)' : ':'}`);
  // npm tells the cause first and then, at length, how to use it.
  if (output !== '') say(output.split('\n').slice(0, 12).join('\n'));
  process.exitCode = 1;
  return false;
}

function npmCi() {
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-progress'];
  return new Promise((done) => {
    const child = spawn('npm', [...args, '--loglevel=error'], {
      cwd: ROOT,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const forward = (signal) => child.kill(signal);
    process.once('SIGINT', forward).once('SIGTERM', forward);
    const end = (ok) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      done({ ok, output: output.trim() });
    };
    child.once('error', (error) => {
      keep(error.message);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

/**
 * The environment without what `npm run` put there. Its settings would change what is installed (`omit`, `global`,
 * `dry_run`), and its PATH leads to the very Node in node_modules that is about to be replaced. How to reach a registry
 * is the user's own setting and stays.
 */
function cleanEnvironment() {
  const kept = /^npm_config_(registry|cache|userconfig|globalconfig|cafile|ca|cert|key|strict_ssl|offline|nodedir)$/i;
  const network = /^npm_config_.*(proxy|auth|token|registry)/i;
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (name === 'NODE_OPTIONS' || name === 'NODE_ENV') continue;
    if (/^npm_/i.test(name) && !kept.test(name) && !network.test(name)) continue;
    env[name] = value;
  }
  const path = (process.env.PATH ?? '').split(delimiter);
  env.PATH = path.filter((folder) => !folder.startsWith(join(ROOT, 'node_modules'))).join(delimiter);
  return env;
}

function readJson(file) {
  return readFile(file, 'utf8')
    .then(JSON.parse)
    .catch(() => null);
}

function exists(file) {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** On stderr, so that the output of `--json` commands stays clean. */
function say(line) {
  process.stderr.write(`${line}\n`);
}
