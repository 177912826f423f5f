import { describe, expect, test } from '@jest/globals';
import { createTemplateRenderer } from './template.ts';

const templates = createTemplateRenderer();
const context = { asOf: '2022-12-28', universe: ['KO', 'PG'], portfolio: { cashUsd: '5' }, market: [{ ticker: 'KO' }] };

function refusal(template: string): { code?: unknown; message?: unknown } {
  try {
    templates.render(template, context);
    return {};
  } catch (error) {
    return error as { code?: unknown; message?: unknown };
  }
}

describe('rendering', () => {
  test('fills in what the context has', () => {
    const template =
      '{{ asOf }}: {% for row in market %}{{ row.ticker }} {% endfor %}{{ universe | join: "," }} {{ universe.size }}';
    expect(templates.render(template, context)).toBe('2022-12-28: KO KO,PG 2');
  });

  test('does not evaluate what a value contains', () => {
    expect(templates.render('{{ asOf }}', { asOf: '{{ portfolio.cashUsd }}' })).toBe('{{ portfolio.cashUsd }}');
  });

  test.each([
    ['a missing variable', 'a\n{{ nope }}', 'undefined variable: nope, line:2, col:4'],
    ['an unknown filter', '{{ asOf | nope }}', 'undefined filter: nope'],
    ['a syntax error', '{% if asOf %}', 'not closed'],
    ['a prototype', '{{ universe.constructor }}', 'undefined variable: universe.constructor'],
    ['a file', '{% include "/etc/passwd" %}', 'tag "include" not found'],
    ['another file', '{% render "/etc/passwd" %}', 'tag "render" not found'],
    ['a layout', '{% layout "a" %}', 'tag "layout" not found'],
    ['the clock', '{{ "now" | date: "%Y" }}', 'undefined filter: date'],
    ['chance', '{{ universe | sample }}', 'undefined filter: sample'],
    ['a huge range', '{% for i in (1..100000000) %}x{% endfor %}', 'memory alloc limit exceeded'],
    [
      'a string that doubles',
      '{% assign x = "a" %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}',
      'memory alloc limit exceeded',
    ],
    ['a huge template', 'x'.repeat(100_001), 'parse length limit exceeded'],
    ['a huge result', `{% for i in (1..1000) %}${'x'.repeat(300)}{% endfor %}`, 'longer than 200000 characters'],
  ])('refuses %s with its place', (_name, template, message) => {
    expect(refusal(template)).toMatchObject({ code: 'STRATEGY_INVALID', message: expect.stringContaining(message) });
  });

  test('ends loops that would take forever', () => {
    const template = `${'{% for i in (1..900) %}'.repeat(5)}{{ asOf }}${'{% endfor %}'.repeat(5)}`;
    const start = performance.now();
    expect(refusal(template)).toMatchObject({ message: expect.stringContaining('limit exceeded') });
    expect(performance.now() - start).toBeLessThan(6000);
  });
});

describe('checking', () => {
  test('finds nothing wrong with a good template', () => {
    expect(templates.check('{{ asOf }} {% if portfolio.cashUsd %}{{ market[0].ticker }}{% endif %}', context)).toEqual(
      [],
    );
    expect(
      templates.check('{{ market.first.ticker }}{{ asOf.size }}{% assign k = "cashUsd" %}{{ portfolio[k] }}', context),
    ).toEqual([]);
  });

  test('without a sample looks at the syntax only', () => {
    expect(templates.check('{{ anything.at.all }}')).toEqual([]);
    expect(templates.check('{{ anything | nope }}')).toEqual(['undefined filter: nope, line:1, col:1']);
  });

  test('names every unknown variable once, also on branches that are not taken and in loops', () => {
    const template = [
      '{% if false %}{{ hidden }}{% endif %}{{ portfolio.cash }}',
      '{{ universe.nope }}{{ asOf.year }}',
      '{% for row in market %}{{ row.pricee }}{{ portfolio.cash }}{% endfor %}',
    ].join('\n');
    expect(templates.check(template, context)).toEqual([
      'undefined variable: hidden, line:1, col:18',
      'undefined variable: portfolio.cash, line:1, col:41',
      'undefined variable: universe.nope, line:2, col:4',
      'undefined variable: asOf.year, line:2, col:23',
      'undefined variable: row.pricee, line:3, col:27',
    ]);
  });

  test('finds an output that swallows the text up to the next one, which Liquid itself accepts', () => {
    expect(templates.check('a\n {{ asOf, buy {{ universe | join }} now', context)).toEqual([
      'output not closed before the next one, line:2, col:2',
    ]);
    expect(templates.check('{% raw %}{{ a {{ b }}{% endraw %}{{ asOf }}')).toEqual([]);
  });

  test('names every tag and filter that does not exist', () => {
    expect(templates.check('{% include "a" %}{{ asOf | date }}', context)).toEqual([
      'tag "include" not found, line:1, col:1',
      'undefined filter: date, line:1, col:18',
    ]);
  });
});
