import { describe, expect, test } from '@jest/globals';
import { extractAnswer } from './answer.ts';

const ANSWER = '{"recommendations": [{"ticker": "KO", "rationale": "a } brace, a \\" quote, a ``` fence"}]}';
const VALUE = JSON.parse(ANSWER) as unknown;

describe('extracting the answer from a model’s text', () => {
  test.each([
    ['plain', ANSWER],
    ['with a byte order mark and white space', `\uFEFF\n ${ANSWER}\r\n`],
    ['in a fence', `\`\`\`\n${ANSWER}\n\`\`\``],
    ['in a fence with a language tag', `\`\`\`jsonc\n${ANSWER}\n\`\`\``],
    ['in an unclosed fence', `\`\`\`json\n${ANSWER}`],
    ['with prose around it', `Here {as asked} is "my" answer, it's {"short"}:\n${ANSWER}\nGood luck {trader}!`],
    [
      'after a fence with another object',
      `\`\`\`json\n{"schema": {"recommendations": 1}}\n\`\`\`\n\`\`\`json\n${ANSWER}\n\`\`\``,
    ],
    ['after a broken attempt', `{"recommendations": [{"ticker": \n\`\`\`\nAgain:\n${ANSWER}`],
    ['in doubled braces', `{${ANSWER}}`],
  ])('finds the object %s', (_name, text) => {
    expect(extractAnswer(text)).toEqual({ ok: true, value: VALUE });
  });

  test('takes the first of several', () => {
    expect(extractAnswer(`{"recommendations": 1} {"recommendations": 2}`)).toEqual({
      ok: true,
      value: { recommendations: 1 },
    });
  });

  test.each([
    ['', 'the answer is empty'],
    ['\uFEFF \n', 'the answer is empty'],
    ['I cannot help with that.', 'the answer has no JSON object'],
    ['{"answer": 42}', 'the JSON object at character 1 has no member "recommendations"'],
    ['[{"ticker": "KO"}]', 'the JSON object at character 2 has no member "recommendations"'],
    ['so: {recommendations: []}', 'the JSON object at character 5 breaks at character 6'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(extractAnswer(text)).toEqual({ ok: false, problem });
  });

  test('never repairs an answer that was cut off, nor takes a fragment of it', () => {
    const wrapped = '{"draft": {"recommendations": [{"ticker": "KO"}]}, "final": "tru';
    for (const text of [ANSWER.slice(0, -1), ANSWER.slice(0, 60), wrapped]) {
      expect(extractAnswer(text)).toEqual({
        ok: false,
        problem: 'the JSON object at character 1 is never closed: the answer was cut off',
      });
    }
    expect(extractAnswer(`\`\`\`json\n${ANSWER.slice(0, 40)}\n\`\`\``).ok).toBe(false);
  });

  test.each([
    ['braces', '{'.repeat(2_000_000)],
    ['closed braces', '{}'.repeat(1_000_000)],
    ['nested objects', '{"a":'.repeat(400_000)],
    ['nested arrays', `{"recommendations":${'['.repeat(2_000_000)}`],
    ['open strings', '{"'.repeat(1_000_000)],
    ['backslashes', `{"${'\\'.repeat(2_000_000)}`],
    ['minus signs', '{"a":-'.repeat(300_000)],
  ])('refuses 2 MB of %s in well under a second', (_name, text) => {
    const start = performance.now();
    expect(extractAnswer(text).ok).toBe(false);
    // Linear work takes a fraction of a second, quadratic work hours: the bound tells them apart on any machine.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
