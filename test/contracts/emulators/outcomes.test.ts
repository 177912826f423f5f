import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { recommendationAnswerSchema } from '../../../src/contracts/schemas/recommendation.ts';
import type { ItemOutcome } from '../../../src/emulators/control/faults.ts';
import type { RunningEmulators } from '../../../src/emulators/start.ts';
import { GENERATED_UNIVERSE } from '../../factories/generated-market-data.ts';
import { controlOf, failureOf, framePrompt, startOnFreePorts } from './running.ts';

let emulators: RunningEmulators;
let client: OpenAI;
let control: ReturnType<typeof controlOf>;

beforeAll(async () => {
  emulators = await startOnFreePorts();
  client = new OpenAI({ apiKey: 'test', baseURL: emulators.urls.openai, maxRetries: 0 });
  control = controlOf(emulators.urls.openai);
});
afterEach(async () => {
  await control.reset();
});
afterAll(async () => emulators.close());

async function ask(fault?: ItemOutcome, prompt = framePrompt()): Promise<OpenAI.Responses.Response> {
  if (fault !== undefined) await control.arm({ on: 'outcome', fault });
  return client.responses.create({ model: 'gpt-4.1-mini', input: prompt });
}

const parsed = (text: string) => recommendationAnswerSchema.parse(JSON.parse(text)).recommendations;

describe('an armed answer', () => {
  test('that is malformed is no JSON; asked again as folios does, the answer is right unless the fault is armed twice', async () => {
    const malformed = (await ask('malformed')).output_text;
    expect(() => JSON.parse(malformed)).toThrow();
    const repair = `${framePrompt()}\n\n## Your previous answer was not valid\nIt was:\n> ${malformed}`;
    expect(parsed((await ask(undefined, repair)).output_text).length).toBeGreaterThan(3);
    const again = (await ask('malformed', repair)).output_text;
    expect(() => JSON.parse(again)).toThrow();
  });

  test('stands in a fence, between prose, or with its numbers as text, and is otherwise the ordinary answer', async () => {
    const ordinary = JSON.parse((await ask()).output_text) as unknown;
    const fenced = (await ask('fenced')).output_text;
    expect(JSON.parse(/^```json\n([\s\S]*)\n```$/.exec(fenced)?.[1] ?? '')).toEqual(ordinary);
    const prose = (await ask('prose')).output_text;
    expect(prose).toContain(JSON.stringify(ordinary));
    expect(prose.startsWith('After')).toBe(true);
    const texts = JSON.parse((await ask('string_numbers')).output_text);
    expect(texts.recommendations[0].entry_price).toMatch(/^\d+(\.\d+)?$/);
  });

  test('can be cut at the limit, or be ten megabytes', async () => {
    const cut = await ask('truncated');
    expect(cut.status).toBe('incomplete');
    expect(() => JSON.parse(cut.output_text)).toThrow();
    const huge = (await ask('huge')).output_text;
    expect(Buffer.byteLength(huge)).toBeGreaterThan(10 * 1024 * 1024);
    expect(parsed(huge).length).toBeGreaterThan(3);
  });

  test('breaks exactly the rule that it is named for', async () => {
    expect(parsed((await ask('unknown_ticker')).output_text)[0]?.ticker).toBe('ZZZZ');
    expect(GENERATED_UNIVERSE).not.toContain('ZZZZ');
    const [stopped] = parsed((await ask('bad_stop')).output_text);
    expect(stopped?.stop_loss).toBeGreaterThan(stopped?.entry_price ?? 0);
    const sizes = parsed((await ask('over_allocated')).output_text).map((one) => one.allocation_percent);
    expect(sizes.reduce((total, size) => total + size, 0)).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    const [injected] = parsed((await ask('prompt_injection')).output_text);
    expect(injected?.rationale).toContain('ignore previous instructions');
    expect(injected?.rationale).toContain('\u001b[2J');
    expect(injected?.rationale).toContain('<script>');
  });

  test('that failed or expired refuses a direct call, which is recorded as such', async () => {
    await control.arm({ on: 'outcome', fault: 'item_failed' });
    expect(await failureOf(client.responses.create({ model: 'gpt-5', input: 'x' }))).toMatchObject({ status: 500 });
    expect((await control.state()).directCalls).toMatchObject([{ outcome: 'item_failed', outputTokens: 0 }]);
  });
});

describe('armed faults', () => {
  test('hit only what they match, as often as they say, and can be disarmed', async () => {
    await control.arm({ on: 'direct', fault: '500', times: 2, match: 'this one' });
    await control.arm({ on: 'direct', fault: '429', times: 100, match: 'another' });
    const call = (input: string) => client.responses.create({ model: 'gpt-5', input });
    await call('something else');
    expect(await failureOf(call('this one'))).toMatchObject({ status: 500 });
    expect(await failureOf(call('this one'))).toMatchObject({ status: 500 });
    await call('this one');
    expect(await failureOf(call('another'))).toMatchObject({ status: 429 });
    await control.disarm();
    await call('another');
    expect((await control.state()).calls.direct).toBe(6);
  });

  test('that make no sense are refused and change nothing', async () => {
    const refused = await failureOf(control.arm({ on: 'poll', fault: 'huge' } as never));
    expect(refused.message).toMatch(/400.*fault/);
    await failureOf(control.latency({ latencyMs: -1 }));
    expect(await control.state()).toMatchObject({ faults: [], latencyMs: 60, simulated: true, provider: 'openai' });
  });
});
