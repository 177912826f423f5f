import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { createTemplateRenderer } from '../../src/adapters/liquid/template.ts';
import { parseStrategyFile } from '../../src/adapters/strategy-files/parse.ts';
import { createProgram } from '../../src/cli/program.ts';
import { collect } from '../../src/cli/testing/run-command.ts';
import { CONFIG_VARIABLES } from '../../src/config-variables.ts';
import { SAMPLE_METHOD_CONTEXT } from '../../src/domain/research/method-context.ts';
import { anchorsOf, codeOf, type Page, pages, proseOf, ROOT } from './pages.ts';

/** What npm itself does, and says: `npm error`. */
const NPM_OWN = ['ci', 'error'];
const PAGES = pages();
const lines = PAGES.flatMap(({ path, text }) => codeOf(text).map((line) => ({ path, line })));

describe('the pages for people', () => {
  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const unknown = lines.flatMap(({ path, line }) =>
      [...line.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][a-z0-9:-]*)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !NPM_OWN.includes(name) && !Object.hasOwn(scripts, name))
        .map((name) => `${path}: npm run ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  test('name only commands and options that the command line has', () => {
    const calls = lines.flatMap(({ path, line }) =>
      [
        ...line.matchAll(
          /(?:npm run (?:--silent )?folios -- |(?:^|→ |\$ )folios |src\/main\/cli\.ts )([a-z-][^#|·→]*)/g,
        ),
      ].map(([, call = '']) => ({ path, call: call.trim() })),
    );
    expect(calls.length).toBeGreaterThan(40);
    expect(calls.flatMap(({ path, call }) => misfits(call).map((misfit) => `${path}: ${call}: ${misfit}`))).toEqual([]);
  });

  test('name only environment variables that folios reads', () => {
    const named = new Set(PAGES.flatMap(({ text }) => text.match(/\bFOLIOS_[A-Z0-9_]*[A-Z0-9]\b/g) ?? []));
    // The prefix of the test suites' own variables; and the mistyped name that troubleshooting shows.
    const elsewhere = ['FOLIOS_TEST', 'FOLIOS_PROVIDER'];
    expect([...named].filter((name) => !Object.hasOwn(CONFIG_VARIABLES, name) && !elsewhere.includes(name))).toEqual(
      [],
    );
  });

  test('link only to files and headings that exist', () => {
    expect(PAGES.flatMap(deadLinks)).toEqual([]);
  });

  test('show no path of the machine they were written on and no key', () => {
    const private_ = /\/(?:root|home\/\w+|tmp|work)\/|\bsk-[A-Za-z0-9]|AIza/;
    expect(PAGES.filter(({ text }) => private_.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe('docs/guide/writing-a-strategy.md', () => {
  const guide = PAGES.find(({ path }) => path.endsWith('writing-a-strategy.md'))?.text ?? '';

  test('has a complete example that folios takes', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? [];
    expect(parseStrategyFile(example, 'example', createTemplateRenderer()).slug).toBe('steady-dividends');
  });

  test('lists every variable of a method', () => {
    const { portfolio, market, ...rest } = SAMPLE_METHOD_CONTEXT;
    const names = [
      ...[...Object.keys(rest), 'market', ...Object.keys(market[0] ?? {})],
      ...Object.keys(portfolio).map((name) => `portfolio.${name}`),
    ];
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});

/** What of a call's words is neither a command nor an option of it. */
function misfits(call: string): readonly string[] {
  const { stream } = collect();
  const io = { stdout: stream, stderr: stream, isTTY: false, readFile: async () => '', elapsedMs: () => 0 };
  const nothing = () => Promise.reject(new Error('nothing connects here'));
  const program = createProgram(io, { connect: nothing, diagnose: nothing });
  let command: Command = program;
  const words = call.split(/\s+/);
  while (words[0] !== undefined) {
    const next = command.commands.find((one) => one.name() === words[0]);
    if (!next) break;
    command = next;
    words.shift();
  }
  const known = ['--help', ...[...program.options, ...command.options].map((option) => option.long)];
  const isCommand = command.parent !== null || call.startsWith('--');
  const wrong = words.filter((word) => word.startsWith('--') && !known.includes(word));
  return isCommand ? wrong : ['no such command', ...wrong];
}

function deadLinks({ path, text }: Page): readonly string[] {
  const targets = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^https?:/.test(target) && !isAlive(path, target))
    .map((target) => `${path}: ${target}`);
}

function isAlive(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(readFileSync(join(ROOT, path), 'utf8')).has(anchor);
}
