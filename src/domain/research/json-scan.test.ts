import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanJsonObject } from './json-scan.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON texts and their near misses: a cut, or one character exchanged. */
const nearJson = fc
  .tuple(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    fc.nat(),
    fc.constantFrom(...'{}[]",:\\01-.eEtfnu \n', ''),
  )
  .map(([value, at, char]) => {
    const text = JSON.stringify(value);
    const index = at % (text.length + 1);
    return text.slice(0, index) + char + text.slice(index + 1);
  });

describe('the JSON scanner', () => {
  test('calls complete exactly what JSON.parse accepts', () => {
    fc.assert(
      fc.property(nearJson, (text) => {
        if (!text.startsWith('{')) return;
        const scan = scanJsonObject(text, 0);
        if (scan.kind === 'complete') expect(parses(text.slice(0, scan.end))).toBe(true);
        if (parses(text)) expect(scan).toEqual({ kind: 'complete', end: text.trimEnd().length });
      }),
      { numRuns: 2000 },
    );
  });

  test('calls every proper beginning of an object truncated', () => {
    const whole = '{"a": [1, -2.5e3, true, false, null, "x\\u00e9\\n"], "b": {"c": {}}, "d": []}';
    expect(scanJsonObject(whole, 0)).toEqual({ kind: 'complete', end: whole.length });
    for (let length = 1; length < whole.length; length += 1) {
      const beginning = whole.slice(0, length);
      expect([beginning, scanJsonObject(beginning, 0).kind]).toEqual([beginning, 'truncated']);
    }
  });

  test.each([
    ['{"a": .5}', 6],
    ['{"a": 01}', 7],
    ["{'a': 1}", 1],
    ['{"a" 1}', 5],
    ['{"a": 1,}', 8],
    ['{"a": [1,]}', 9],
    ['{,}', 1],
    ['{"a": NaN}', 6],
    ['{"a": "line\nbreak"}', 11],
    ['{"\\x": 1}', 3],
    ['{"\\u12g4": 1}', 3],
  ])('names the place where %j breaks', (text, at) => {
    expect(scanJsonObject(text, 0)).toEqual({ kind: 'broken', at });
  });
});
