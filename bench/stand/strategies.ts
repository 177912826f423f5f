import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStrategyFile } from '../../src/adapters/strategy-files/parse.ts';
import type { StrategyProvider } from '../../src/contracts/schemas/strategy.ts';
import { ROOT, type Stand } from './stand.ts';

const MODEL_STRATEGY = 'dreman-contrarian.yaml';

/** All three providers in batch mode, the way in which they are meant to be used. */
export const BATCH_PROVIDERS: readonly StrategyProvider[] = [
  { provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', maxOutputTokens: 8192 },
  { provider: 'gemini', mode: 'batch', model: 'gemini-2.5-flash', maxOutputTokens: 8192 },
  { provider: 'anthropic', mode: 'batch', model: 'claude-haiku-4-5', maxOutputTokens: 8192 },
];

/** Stores `count` copies of the demo strategy under their own names, each with accounts of its own; their ids. */
export async function saveStrategies(stand: Stand, count: number): Promise<string[]> {
  const { strategies, templates } = stand.service.services;
  const text = await readFile(join(ROOT, 'strategies', MODEL_STRATEGY), 'utf8');
  const document = parseStrategyFile(text, MODEL_STRATEGY, templates);
  const ids: string[] = [];
  for (let index = 1; index <= count; index += 1) {
    const slug = `bench-${index}`;
    const copy = { ...document, slug, name: `Bench ${slug}`, active: false, providers: [...BATCH_PROVIDERS] };
    const { record } = await strategies.save(copy);
    ids.push(record.id);
  }
  return ids;
}
