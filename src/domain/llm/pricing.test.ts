import { describe, expect, test } from '@jest/globals';
import { callCost, FALLBACK_PRICE, listPriceOf } from './pricing.ts';

describe('callCost', () => {
  test('is exact: tokens times list price, half of it for a batch', () => {
    const usage = { inputTokens: 12_345, outputTokens: 678 };
    expect(callCost('claude-haiku-4-5', 'direct', usage)).toEqual({ costUsd: '0.015735', priceBasis: 'listed' });
    expect(callCost('claude-haiku-4-5', 'batch', usage).costUsd).toBe('0.0078675');
    expect(callCost('gemini-2.5-flash', 'cli', { inputTokens: 1, outputTokens: 0 }).costUsd).toBe('0.0000003');
    expect(callCost('gpt-5', 'direct', { inputTokens: 0, outputTokens: 0 }).costUsd).toBe('0');
  });

  test('counts tokens from the cache at their own price, never more of them than there are', () => {
    const usage = { inputTokens: 1_000_000, cachedInputTokens: 400_000, outputTokens: 0 };
    expect(callCost('gpt-5', 'direct', usage).costUsd).toBe('0.8');
    expect(callCost('gpt-5', 'batch', usage).costUsd).toBe('0.4');
    expect(callCost('gpt-5', 'direct', { ...usage, cachedInputTokens: 9_000_000 }).costUsd).toBe('0.125');
  });

  test('knows dated releases of a model', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0 };
    expect(callCost('claude-haiku-4-5-20251001', 'direct', usage).costUsd).toBe('1');
    expect(callCost('gpt-4.1-mini-2025-04-14', 'direct', usage).costUsd).toBe('0.4');
    expect(callCost('models/gemini-2.5-pro', 'direct', usage).costUsd).toBe('1.25');
  });

  test.each(['gpt-5-nano', 'gemini-2.5-flash-lite', 'gpt-5.1', 'made-up', ''])(
    'counts %p, which has no list price, at the fallback and says so',
    (model) => {
      expect(listPriceOf(model)).toBeNull();
      const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
      expect(callCost(model, 'direct', usage)).toEqual({ costUsd: '90', priceBasis: 'fallback' });
    },
  );

  test('the fallback is dearer than every listed model', () => {
    for (const model of [
      'gpt-4.1-mini',
      'gpt-4.1',
      'gpt-5-mini',
      'gpt-5',
      'claude-haiku-4-5',
      'claude-sonnet-4-5',
      'gemini-2.5-flash',
      'gemini-2.5-pro',
    ]) {
      const listed = listPriceOf(model);
      expect(Number(FALLBACK_PRICE.inputUsdPerMillion)).toBeGreaterThan(Number(listed?.inputUsdPerMillion));
      expect(Number(FALLBACK_PRICE.outputUsdPerMillion)).toBeGreaterThan(Number(listed?.outputUsdPerMillion));
    }
  });
});
