import { describe, expect, test } from '@jest/globals';
import { costUsd } from './pricing.ts';

describe('costUsd', () => {
  test('is exact: tokens times list price, half of it for a batch', () => {
    const usage = { inputTokens: 12_345, outputTokens: 678 };
    expect(costUsd('claude-haiku-4-5', 'direct', usage)).toBe('0.015735');
    expect(costUsd('claude-haiku-4-5', 'batch', usage)).toBe('0.0078675');
    expect(costUsd('gemini-2.5-flash', 'cli', { inputTokens: 1, outputTokens: 0 })).toBe('0.0000003');
    expect(costUsd('gpt-5', 'direct', { inputTokens: 0, outputTokens: 0 })).toBe('0');
  });

  test('knows dated releases of a model', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0 };
    expect(costUsd('claude-haiku-4-5-20251001', 'direct', usage)).toBe('1');
    expect(costUsd('gpt-4.1-mini-2025-04-14', 'direct', usage)).toBe('0.4');
    expect(costUsd('models/gemini-2.5-pro', 'direct', usage)).toBe('1.25');
  });

  test.each(['gpt-5-nano', 'gemini-2.5-flash-lite', 'gpt-5.1', 'made-up', ''])(
    'has no price for %p, rather than a wrong one',
    (model) => {
      expect(costUsd(model, 'direct', { inputTokens: 1, outputTokens: 1 })).toBeNull();
    },
  );
});
