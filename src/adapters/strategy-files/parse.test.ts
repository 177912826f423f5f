import { describe, expect, test } from '@jest/globals';
import { createTemplateRenderer } from '../liquid/template.ts';
import { parseStrategyFile } from './parse.ts';

const templates = createTemplateRenderer();

const GOOD = `kind: research
slug: my-method
name: My method
description: Buys what is cheap.
method: |
  As of {{ asOf }}, buy the cheapest of {{ universe | join: ", " }}.
  {% for row in market %}{{ row.ticker }} {{ row.return12mPercent }}{% endfor %}
universe: [KO, PG]
cadence: { staleAfterDays: 30 }
providers:
  - { provider: openai, mode: batch, model: gpt-4.1-mini }
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseStrategyFile(text, 'my.yaml', templates);
    return [];
  } catch (error) {
    const { code, message, details } = error as { code: string; message: string; details: { problems: string[] } };
    expect(code).toBe('STRATEGY_INVALID');
    expect(message.split('\n').slice(1)).toEqual(details.problems.map((problem) => `  ${problem}`));
    expect(message).toMatch(/^my\.yaml has (a mistake|\d+ mistakes):\n/);
    return details.problems;
  }
}

describe('a strategy file', () => {
  test('may be YAML or JSON, with or without a byte order mark', () => {
    const fromYaml = parseStrategyFile(GOOD, 'my.yaml', templates);
    expect(fromYaml).toMatchObject({
      slug: 'my-method',
      initialBalanceUsd: '100000',
      priceSource: 'replay',
      active: false,
    });
    expect(parseStrategyFile(`\uFEFF${JSON.stringify(fromYaml, null, '\t')}`, 'my.json', templates)).toEqual(fromYaml);
  });

  test('has every mistake named with its path in one error', () => {
    const bad = `kind: research
slug: Bad Slug
name: ""
method: "Buy {{ asOff }} {% for r in market %}{{ r.pricee }}{% endfor %}"
universe: [KO, KO, pg]
cadence: { staleAfterDays: 0 }
providers:
  - { provider: openai, mode: batch, model: m, maxOutputTokens: 1000000 }
  - { provider: openai, mode: cli, model: m, temperature: 1 }
  - { provider: llama, mode: direct }
initialBalanceUsd: 100000
priceSource: [yahoo]
active: { now: true }
`;
    expect(problemsOf(bad)).toEqual([
      'slug: a slug is lower-case words joined by dashes',
      'name: must have at least 1 characters',
      'description: is missing',
      'universe[2]: a ticker is 1 to 10 capital letters, digits, dots or dashes',
      'universe: a ticker stands twice',
      'cadence.staleAfterDays: must be above 0',
      'providers[0].maxOutputTokens: must be at most 100000',
      'providers[1].temperature: is not a field of a strategy',
      'providers[1].mode: openai has no cli mode; it has batch, direct',
      'providers[2].provider: must be one of openai, gemini, anthropic, not "llama"',
      'providers[2].model: is missing',
      'initialBalanceUsd: must be a text, not 100000; write it in quotes',
      'priceSource: must be one of replay, yahoo, fixed, as_traded, ibkr, not a list',
      'active: must be a boolean, not a mapping',
      'method: undefined variable: asOff, line:1, col:8',
      'method: undefined variable: r.pricee, line:1, col:41',
    ]);
  });

  test.each([
    ['', ['the file: must be a mapping, not null']],
    ['just text', ['the file: must be a mapping, not "just text"']],
    ['- a', ['the file: must be a mapping, not a list']],
    [
      `${GOOD}initialBalanceUsd: "1e5"\n`,
      ['initialBalanceUsd: an amount is digits with at most two decimals, e.g. "100000" or "2500.50"'],
    ],
    [GOOD.replace('[KO, PG]', '[]'), ['universe: must have at least 1 entries']],
    [GOOD.replace('kind: research', 'kind: options'), ['kind: must be research, not "options"']],
    [`${GOOD}slug: again\n`, ['line 12, column 1: slug stands twice']],
    [`${GOOD}---\n${GOOD}`, [expect.stringContaining('line 12, column 1: Source contains multiple documents')]],
    ['{"kind": "research"', [expect.stringMatching(/^line 1, column \d+: /)]],
    [GOOD.replace('model: gpt', 'model: !!js/function gpt'), [expect.stringContaining('Unresolved tag')]],
    [GOOD.replace('{{ asOf }}', '{{ asOf'), ['method: output not closed before the next one, line:1, col:7']],
  ])('that says %j is refused with the reason', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('hostile files are refused quickly', () => {
  test.each([
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\n`,
      'the file has an alias',
    ],
    ['30,000 aliases', `a: &a x\nb: [${'*a,'.repeat(30_000)}]`, 'the file has an alias'],
    ['1 MB', 'x'.repeat(1_000_000), 'at most 100000 are read'],
    ['deep lists', '['.repeat(99_000), 'the file is nested too deeply'],
    ['deep block lists', '- '.repeat(49_000), 'the file is nested too deeply'],
    [
      'thousands of keys',
      `{${Array.from({ length: 12_000 }, (_, index) => `k${index}`).join(',')}}`,
      'kind: is missing',
    ],
    ['thousands of syntax errors', '"'.repeat(99_000), 'line 1, column 3'],
  ])('%s', (_name, text, problem) => {
    const start = performance.now();
    expect(problemsOf(text)[0]).toContain(problem);
    expect(performance.now() - start).toBeLessThan(6000);
  });

  test('and the list of mistakes is cut', () => {
    const problems = problemsOf(Array.from({ length: 200 }, (_, index) => `key${index}: 1`).join('\n'));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe('and 158 more');
  });
});
