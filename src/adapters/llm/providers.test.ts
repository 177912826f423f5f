import { describe, expect, test } from '@jest/globals';
import { createLlmProviders, type ProviderConfiguration } from './providers.ts';

const REAL: ProviderConfiguration = { apiKey: 'k', baseUrl: null, simulated: false };

describe('createLlmProviders', () => {
  test('builds each provider once, when it is asked for, and tells what is simulated', () => {
    const emulated = { apiKey: null, baseUrl: 'http://127.0.0.1:9', simulated: true };
    const providers = createLlmProviders({ openai: REAL, anthropic: { ...REAL, apiKey: null }, gemini: emulated });
    expect(providers.batch('openai')).toBe(providers.batch('openai'));
    expect(providers.batch('openai')).toMatchObject({ provider: 'openai', mode: 'batch', simulated: false });
    expect(providers.direct('openai', 'direct')).toMatchObject({ provider: 'openai', mode: 'direct' });
    expect(providers.direct('gemini', 'cli')).toMatchObject({ provider: 'gemini', mode: 'cli', simulated: true });
  });

  test('names the variable of a missing key', () => {
    const providers = createLlmProviders({ openai: REAL, anthropic: { ...REAL, apiKey: '' }, gemini: REAL });
    expect(() => providers.batch('anthropic')).toThrow(
      expect.objectContaining({ code: 'PROVIDER_KEY_MISSING', message: expect.stringContaining('ANTHROPIC_API_KEY') }),
    );
  });

  test('never calls a vendor in the name of an emulator, nor a command line tool that does not exist', () => {
    const lost = { apiKey: 'k', baseUrl: null, simulated: true };
    const providers = createLlmProviders({ openai: lost, anthropic: REAL, gemini: REAL });
    expect(() => providers.batch('openai')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => providers.direct('anthropic', 'cli')).toThrow(expect.objectContaining({ code: 'PROVIDER_UNKNOWN' }));
  });
});
