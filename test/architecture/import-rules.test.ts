import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const RULES = join(ROOT, '.dependency-cruiser.cjs');

/** One file per case; what it imports exists, so that only the rule can object. */
const FORBIDDEN: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['domain-imports', 'src/domain/a.ts', "import type { x } from '../contracts/plain.ts'"],
  ['domain-packages', 'src/domain/b.ts', "import 'zod'"],
  ['pure-layers-without-node', 'src/domain/c.ts', "import 'node:crypto'"],
  ['contracts-imports', 'src/contracts/a.ts', "import type { x } from '../ports/port.ts'"],
  ['contracts-packages', 'src/contracts/schemas/b.ts', "import 'fastify'"],
  ['zod-in-schemas', 'src/contracts/c.ts', "import { z } from 'zod'"],
  ['schemas-only-as-types', 'src/contracts/d.ts', "import { x } from './schemas/schema.ts'"],
  ['ports-imports', 'src/ports/a.ts', "import type { x } from '../adapters/paper/paper.ts'"],
  ['ports-packages', 'src/ports/b.ts', "import type { x } from 'kysely'"],
  ['workflows-imports', 'workflows/a/workflow.ts', "import type { x } from '../../src/ports/port.ts'"],
  ['workflows-packages', 'workflows/b/workflow.ts', "import 'zod'"],
  ['pure-layers-without-node', 'workflows/c/workflow.ts', "import 'node:fs'"],
  ['schemas-only-as-types', 'workflows/d/workflow.ts', "import { x } from '../../src/contracts/schemas/schema.ts'"],
  ['activities-only-as-types', 'workflows/e/workflow.ts', "import type { x } from '../../activities/activity.ts'"],
  ['activities-imports', 'activities/a.ts', "import { x } from '../src/adapters/paper/paper.ts'"],
  ['database-packages-in-db', 'activities/b.ts', "import { x } from 'kysely'"],
  ['adapters-imports', 'src/adapters/ibkr/a.ts', "import { x } from '../../../activities/activity.ts'"],
  ['adapters-apart', 'src/adapters/ibkr/b.ts', "import { x } from '../paper/paper.ts'"],
  ['database-packages-in-db', 'src/adapters/ibkr/c.ts', "import { x } from 'pg'"],
  ['config-only-in-main', 'src/adapters/ibkr/d.ts', "import type { x } from '../../config.ts'"],
  ['db-imports', 'db/a.ts', "import { x } from '../src/adapters/paper/paper.ts'"],
  ['emulators-imports', 'src/emulators/a.ts', "import { x } from '../adapters/paper/paper.ts'"],
  ['vendor-packages-in-adapters', 'src/emulators/b.ts', "import type { x } from 'openai'"],
  ['client-imports', 'src/client/a.ts', "import type { x } from '../../activities/activity.ts'"],
  ['workflow-code-stays-in-workers', 'src/client/b.ts', "import { x } from '../../workflows/story/workflow.ts'"],
  ['service-imports', 'src/service/a.ts', "import { x } from '../adapters/paper/paper.ts'"],
  ['api-imports', 'src/api/a.ts', "import { x } from '../../workflows/story/workflow.ts'"],
  ['cli-imports', 'src/cli/a.ts', "import { x } from '../adapters/paper/paper.ts'"],
  ['main-imported-by-none', 'src/cli/b.ts', "import { x } from '../main/stack.ts'"],
  ['config-imports', 'src/config-more.ts', "import { x } from './adapters/paper/paper.ts'"],
  ['no-tests-in-product', 'src/main/a.ts', "import { x } from './stack.test.ts'"],
  ['no-development-packages', 'src/main/b.ts', "import { x } from 'jest'"],
  ['no-circular', 'src/main/c-back.ts', "import './c.ts'"],
  ['no-unresolvable', 'src/main/d.ts', "import './nowhere.ts'"],
  ['no-undeclared-packages', 'src/main/e.ts', "import { x } from 'undeclared'"],
];

/** The flow of data as designed: none of these may be objected to. */
const ALLOWED: readonly (readonly [file: string, imports: string])[] = [
  ['src/domain/fine.ts', "import 'decimal.js'; import { x } from './plain.ts'"],
  [
    'src/contracts/fine.ts',
    "import type { x } from './schemas/schema.ts'; import { x as y } from '../domain/plain.ts'",
  ],
  ['src/contracts/schemas/fine.ts', "import { z } from 'zod'; import { x } from '../../domain/plain.ts'"],
  [
    'src/ports/fine.ts',
    "import type { x } from '../contracts/schemas/schema.ts'; import { x as y } from '../contracts/plain.ts'",
  ],
  ['workflows/fine/workflow.ts', "import '@temporalio/workflow'; import { x } from '../../src/contracts/plain.ts'"],
  ['workflows/fine/messages.ts', "import type { x } from '../../src/contracts/schemas/schema.ts'"],
  [
    'activities/fine.ts',
    "import { x } from '../src/contracts/schemas/schema.ts'; import type { x as y } from '../src/ports/port.ts'",
  ],
  ['src/adapters/openai/fine.ts', "import 'openai'; import { x } from '../llm/shared.ts'"],
  ['db/fine.ts', "import 'kysely'; import 'pg'; import type { x } from '../src/ports/port.ts'"],
  [
    'src/client/fine.ts',
    "import type { x } from '../../workflows/story/workflow.ts'; import { x as y } from '../../workflows/story/messages.ts'",
  ],
  ['src/service/fine.ts', "import type { x } from '../ports/port.ts'; import { x as y } from '../client/client.ts'"],
  ['src/api/fine.ts', "import { x } from '../client/client.ts'; import 'fastify'"],
  [
    'src/main/fine.ts',
    "import { x } from '../config.ts'; import { x as y } from '../adapters/paper/paper.ts'; import 'kysely'",
  ],
  ['src/cli/fine.test.ts', "import { x } from '../main/stack.ts'; import 'jest'"],
];

const EXISTING = [
  ...['src/domain/plain.ts', 'src/contracts/plain.ts', 'src/contracts/schemas/schema.ts', 'src/ports/port.ts'],
  ...['workflows/story/workflow.ts', 'workflows/story/messages.ts', 'activities/activity.ts', 'src/client/client.ts'],
  ...['src/adapters/paper/paper.ts', 'src/adapters/llm/shared.ts', 'src/config.ts'],
  ...['src/main/stack.ts', 'src/main/stack.test.ts'],
];
const PACKAGES = [
  'zod',
  'fastify',
  'kysely',
  'pg',
  'openai',
  'decimal.js',
  '@temporalio/workflow',
  'jest',
  'undeclared',
];

describe('the import rules', () => {
  let folder: string;
  let violations: readonly { rule: { name: string }; from: string }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folios-import-rules-'));
    await writeHouse(folder);
    const { stdout } = await cruise(folder);
    violations = (JSON.parse(stdout) as { summary: { violations: typeof violations } }).summary.violations;
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(FORBIDDEN)('%s objects to %s: %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map(({ rule: { name } }) => name)).toContain(rule);
  });

  test('object to nothing that flows the right way', () => {
    const fine = new Set(ALLOWED.map(([file]) => file));
    expect(violations.filter(({ from }) => fine.has(from))).toEqual([]);
  });

  test('have a case each', async () => {
    const { forbidden } = createRequire(import.meta.url)(RULES) as { forbidden: { name: string }[] };
    expect(forbidden.map(({ name }) => name).filter((name) => !FORBIDDEN.some(([rule]) => rule === name))).toEqual([]);
  });
});

async function writeHouse(folder: string): Promise<void> {
  const dependencies = Object.fromEntries(PACKAGES.slice(0, -2).map((name) => [name, '1.0.0']));
  const files: [string, string][] = [
    ['package.json', JSON.stringify({ type: 'module', dependencies, devDependencies: { jest: '1.0.0' } })],
    ['tsconfig.json', JSON.stringify({ compilerOptions: { module: 'NodeNext', allowImportingTsExtensions: true } })],
    ['src/main/c.ts', "import './c-back.ts'"],
    ...EXISTING.map((file): [string, string] => [file, 'export const x = 1;']),
    ...FORBIDDEN.map(([, file, imports]): [string, string] => [file, imports]),
    ...ALLOWED.map(([file, imports]): [string, string] => [file, imports]),
    ...PACKAGES.flatMap((name): [string, string][] => [
      [
        `node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'index.js' }),
      ],
      [`node_modules/${name}/index.js`, 'export const x = 1; export const z = 1;'],
    ]),
  ];
  for (const [file, text] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  await symlink(join(ROOT, 'node_modules/typescript'), join(folder, 'node_modules/typescript'));
}

/** The program itself, as `npm run check` calls it; it exits non-zero since it finds what it should. */
async function cruise(folder: string): Promise<{ stdout: string }> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [program, '--config', RULES, '--output-type', 'json', 'src', 'workflows', 'activities', 'db'];
  return await run(process.execPath, args, { cwd: folder, maxBuffer: 50_000_000 }).catch(
    (error: { stdout: string }) => error,
  );
}
