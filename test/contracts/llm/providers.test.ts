import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLlmProviders } from '../../../src/adapters/llm/providers.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../../src/domain/research/provider.ts';
import type { RunningEmulators } from '../../../src/emulators/start.ts';
import { controlOf, framePrompt, startOnFreePorts } from '../emulators/running.ts';
import { describeBatchConformance } from './batch-conformance.ts';
import { describeDirectConformance } from './direct-conformance.ts';
import { intentOf, jobOf } from './jobs.ts';

const MODELS: Readonly<Record<ProviderName, string>> = {
  openai: 'gpt-4.1-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
};

let emulators: RunningEmulators;
let workDir: string;
beforeAll(async () => {
  emulators = await startOnFreePorts({ latencyMs: 150 });
  workDir = await mkdtemp(join(tmpdir(), 'folios-llm-test-'));
});
afterAll(async () => {
  await emulators.close();
  await rm(workDir, { recursive: true });
});

function providers(apiKey: string | null = null) {
  const at = (name: ProviderName) => ({ apiKey, baseUrl: emulators.urls[name], simulated: true });
  return createLlmProviders({ openai: at('openai'), anthropic: at('anthropic'), gemini: at('gemini'), workDir });
}
const control = (name: ProviderName) => controlOf(emulators.urls[name]);

for (const name of PROVIDER_NAMES) {
  describeBatchConformance(name, {
    provider: () => providers().batch(name),
    providerWithKey: (key) => providers(key).batch(name),
    control: () => control(name),
    job: (key, items) => jobOf(key, MODELS[name], items, framePrompt()),
    failedState: name === 'anthropic' ? 'ended' : 'failed',
  });
}

for (const [name, mode] of [...PROVIDER_NAMES.map((one) => [one, 'direct'] as const), ['gemini', 'cli'] as const]) {
  describeDirectConformance(`${name} ${mode}`, {
    provider: () => providers().direct(name, mode),
    providerWithKey: (key) => providers(key).direct(name, mode),
    control: () => control(name),
    job: (key) => jobOf(key, MODELS[name], 1, framePrompt()),
  });
}

describe('what only one vendor has', () => {
  test('OpenAI: a payload that an interrupted submission stored is used again', async () => {
    const provider = providers().batch('openai');
    const job = jobOf('reuse', MODELS.openai);
    const payload = provider.buildPayload(job);
    await control('openai').arm({ on: 'create', fault: 'reset_before' });
    await expect(provider.submit(intentOf(job, payload), payload)).rejects.toMatchObject({ effect: 'unknown' });
    await provider.submit(intentOf(job, payload), payload);
    const { files } = await control('openai').state();
    expect(files.filter((file) => file.name.includes('reuse'))).toHaveLength(1);
  });

  test('OpenAI: a failed upload had no effect, since nothing was started', async () => {
    const provider = providers().batch('openai');
    const job = jobOf('upload', MODELS.openai);
    const payload = provider.buildPayload(job);
    await control('openai').arm({ on: 'upload', fault: 'reset_after' });
    await expect(provider.submit(intentOf(job, payload), payload)).rejects.toMatchObject({ effect: 'none' });
  });

  test('Gemini: a payload too large for a request goes by file, and so do its results', async () => {
    const provider = providers().batch('gemini');
    const job = jobOf('byfile', MODELS.gemini, 20, `${framePrompt()}\n${'x'.repeat(800_000)}`);
    const payload = provider.buildPayload(job);
    const { providerJobId } = await provider.submit(intentOf(job, payload), payload);
    while ((await provider.poll(providerJobId)).state === 'working') await new Promise((done) => setTimeout(done, 50));
    const { raw, items } = await provider.harvest(providerJobId);
    expect(items.map((item) => [item.customId, item.outcome])).toEqual(
      job.items.map((item) => [item.customId, 'answered']),
    );
    expect(Buffer.from(raw).toString().trimEnd().split('\n')).toHaveLength(20);
    expect((await control('gemini').state()).files.map((file) => file.name)).toContain('byfile');
  }, 20_000);
});
