import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../src/config.ts';
import { endAll, listRunning } from '../src/main/embedded/processes.ts';
import { provisionTemporal } from '../src/main/embedded/temporal.ts';
import { mergeLineCoverage } from './line-coverage.ts';

/**
 * `npm test`: provisions, runs the unit tests and then everything under test/, and ends with the line `N passed, N failed`.
 * Arguments go to Jest (`npm test -- test/workflows -t approve`); coverage is then not asked for.
 */
const ROOT = resolve(import.meta.dirname, '..');
const COVERAGE_FLOOR_PERCENT = 85;
/** The servers of the suites are stopped after the results are written, which takes a moment. */
const EXIT_PATIENCE_MS = 30_000;
const COVERED_FOLDERS = ['src/domain', 'workflows', 'activities'];
const PARTS = [
  { name: 'unit', title: 'Unit tests', config: 'jest.config.js' },
  { name: 'suites', title: 'Suites with servers', config: 'test/jest.config.js' },
];

interface Tally {
  passed: number;
  failed: number;
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const filters = process.argv.slice(2);
const runId = randomUUID();
const stateDir = await mkdtemp(join(tmpdir(), 'folios-test-state-'));
const env = testEnvironment();
const tally: Tally = { passed: 0, failed: 0 };

await provisionTemporal({ cacheDir: env.FOLIOS_CACHE_DIR, env: process.env, log: say });
await rm(join(ROOT, 'coverage'), { recursive: true, force: true });
for (const part of PARTS) await runPart(part);
await reportLeftovers();
if (filters.length === 0) await reportCoverage();
await rm(stateDir, { recursive: true, force: true });
if (tally.passed + tally.failed === 0) tally.failed = 1; // No test at all is no success.
process.exitCode = tally.failed === 0 ? 0 : 1;
process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);

/** What the user has configured for real work must not reach a test; only the cache of built programs is shared. */
function testEnvironment(): Record<string, string> & { FOLIOS_CACHE_DIR: string } {
  const foreign = /^(FOLIOS_|TEMPORAL_|DATABASE_URL$|PG[A-Z]+$|AWS_|(OPENAI|ANTHROPIC|GEMINI|GOOGLE)_)/;
  const kept = Object.entries(process.env).filter(([name, value]) => !foreign.test(name) && value !== undefined);
  const cacheDir = process.env.FOLIOS_CACHE_DIR || loadConfig({ XDG_CACHE_HOME: process.env.XDG_CACHE_HOME }).cacheDir;
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    FOLIOS_CACHE_DIR: cacheDir,
    FOLIOS_TEST_STATE_DIR: join(stateDir, 'state'),
    FOLIOS_TEST_RUN_ID: runId,
  };
}

async function runPart({ name, title, config }: (typeof PARTS)[number]): Promise<void> {
  say(`\n== ${title}`);
  const results = join(stateDir, `${name}.json`);
  await mkdir(join(stateDir, 'state'), { recursive: true });
  const coverage = ['--coverage', '--coverageProvider=babel', '--coverageReporters=json'].concat(
    `--coverageDirectory=${join(ROOT, 'coverage', name)}`,
    COVERED_FOLDERS.map((folder) => `--collectCoverageFrom=${folder}/**/*.ts`),
    '--collectCoverageFrom=!**/*.test.ts',
  );
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const args = [jest, '--config', config, '--maxWorkers=2', '--json', `--outputFile=${results}`];
  await runToEnd([...args, ...(filters.length === 0 ? coverage : ['--passWithNoTests', ...filters])], results);
  await count(results, title);
}

/** Waits for Jest; one that wrote its results but does not end, since a test left something open, is ended. */
async function runToEnd(args: readonly string[], results: string): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 2, 'inherit'] });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const ended = new Promise<true>((done) => void child.once('close', () => done(true)));
  while (!(await Promise.race([ended, sleep(1_000, false)]))) {
    if (!existsSync(results) || (await Promise.race([ended, sleep(EXIT_PATIENCE_MS, false)]))) continue;
    say('Jest has its results but does not end: a test left a connection or timer open; ending it');
    tally.failed += 1;
    child.kill('SIGKILL');
  }
  process.off('SIGINT', forward).off('SIGTERM', forward);
}

async function count(file: string, title: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) {
    say(`${title}: Jest ended without results`);
    tally.failed += 1;
    return;
  }
  const result = JSON.parse(text) as Record<string, number>;
  const { numPassedTests = 0, numFailedTests = 0, numRuntimeErrorTestSuites = 0 } = result;
  const left = (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0);
  // A name filter leaves tests out on purpose; a whole run that leaves one out did not prove what it claims to.
  if (left > 0 && filters.length === 0) say(`${title}: ${left} tests were skipped, which counts as failed`);
  tally.passed += numPassedTests;
  tally.failed += numFailedTests + numRuntimeErrorTestSuites + (filters.length === 0 ? left : 0);
}

/** A process that outlives the tests would hold ports and memory on the user's machine: it is a failure, and is ended. */
async function reportLeftovers(): Promise<void> {
  const state = join(stateDir, 'state');
  const recorded = (await listRunning(state)).map(({ name, pid }) => ({ name, pid }));
  await endAll(state, say);
  const marked = await findMarked();
  for (const { pid } of marked) process.kill(pid, 'SIGTERM');
  for (const { name, pid } of [...recorded, ...marked])
    say(`process ${pid} (${name}) outlived the tests and was ended`);
  if (recorded.length + marked.length > 0) tally.failed += 1;
}

/** Processes that inherited this run's mark in their environment; Linux only. */
async function findMarked(): Promise<{ name: string; pid: number }[]> {
  const ids = (await readdir('/proc').catch(() => [] as string[])).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(
    ids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!environment.includes(`FOLIOS_TEST_RUN_ID=${runId}`)) return null;
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid, name: command.replaceAll('\0', ' ').slice(0, 120) };
    }),
  );
  return found.filter((one) => one !== null);
}

async function reportCoverage(): Promise<void> {
  say('\n== Lines covered by unit tests and suites');
  for (const { folder, lines, covered } of await mergeLineCoverage(ROOT, join(ROOT, 'coverage'), COVERED_FOLDERS)) {
    const percent = lines === 0 ? 0 : (100 * covered) / lines;
    const isEnough = percent >= COVERAGE_FLOOR_PERCENT;
    say(
      `${folder.padEnd(12)} ${percent.toFixed(1).padStart(5)} %  (${covered} of ${lines})${isEnough ? '' : `  below ${COVERAGE_FLOOR_PERCENT} %`}`,
    );
    if (!isEnough) tally.failed += 1;
  }
}
