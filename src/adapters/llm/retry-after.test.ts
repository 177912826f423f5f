import { describe, expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const wait = (headers: Record<string, string>, body: unknown = null) => retryAfterMs(new Headers(headers), body, NOW);

describe('retryAfterMs', () => {
  test('reads seconds, milliseconds, HTTP dates and Google RetryInfo; the finest header wins', () => {
    expect(wait({ 'retry-after': '7' })).toBe(7000);
    expect(wait({ 'retry-after': '0.5' })).toBe(500);
    expect(wait({ 'retry-after-ms': '250', 'retry-after': '7' })).toBe(250);
    expect(wait({ 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT' })).toBe(30_000);
    const details = [
      { '@type': 'Help' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.0748s' },
    ];
    expect(wait({}, { error: { details } })).toBe(34_075);
  });

  test('says nothing where the provider says nothing it can read, and never waits a negative time or for days', () => {
    expect(wait({})).toBeNull();
    expect(wait({ 'retry-after': 'soon' }, { error: { details: [null, { retryDelay: 5 }] } })).toBeNull();
    expect(wait({}, 'text')).toBeNull();
    expect(wait({ 'retry-after': 'Fri, 02 Jan 2026 03:00:00 GMT' })).toBe(0);
    expect(wait({ 'retry-after': '99999999' })).toBe(86_400_000);
  });
});
