import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SAMPLE_METHOD_CONTEXT } from '../../domain/research/method-context.ts';
import { createTemplateRenderer } from '../liquid/template.ts';
import { parseStrategyFile } from './parse.ts';

const folder = new URL('../../../strategies/', import.meta.url);
const templates = createTemplateRenderer();
const library = readdirSync(folder).map((file) => ({
  file,
  strategy: parseStrategyFile(readFileSync(new URL(file, folder), 'utf8'), file, templates),
}));

describe('the strategy library', () => {
  test('has the eight investors, and only the contrarian is active', () => {
    expect(library.map(({ strategy }) => `${strategy.name}${strategy.active ? ' (active)' : ''}`).sort()).toEqual([
      'Benjamin Graham defensive',
      'Buffett-like quality',
      'David Dreman contrarian (active)',
      'Dual momentum',
      'Joel Greenblatt good and cheap',
      'Low volatility',
      'Peter Lynch GARP',
      "William O'Neil leaders",
    ]);
  });

  test.each(library)(
    '$file is named by its slug, asks three providers and renders a method of 150 to 300 words',
    ({ file, strategy }) => {
      expect(file).toBe(`${strategy.slug}.yaml`);
      expect(strategy.providers.map((one) => one.provider)).toEqual(['openai', 'gemini', 'anthropic']);
      expect(strategy.universe).toHaveLength(20);
      const method = templates.render(strategy.method, { ...SAMPLE_METHOD_CONTEXT, universe: strategy.universe });
      expect(method).toContain('20 ');
      expect(method).toContain(SAMPLE_METHOD_CONTEXT.asOf);
      const wordCount = method.split(/\s+/).length;
      expect(wordCount).toBeGreaterThanOrEqual(150);
      expect(wordCount).toBeLessThanOrEqual(300);
    },
  );
});
