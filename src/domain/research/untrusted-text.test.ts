import { describe, expect, test } from '@jest/globals';
import { cleanUntrustedText } from './untrusted-text.ts';

const ESC = '\u001b';

describe('text that a model wrote', () => {
  test.each([
    ['colours', `${ESC}[1;31mBUY${ESC}[0m now`, 'BUY now'],
    ['a cleared screen and moved cursor', `a${ESC}[2J${ESC}[Hb${ESC}cd`, 'abd'],
    ['an 8-bit control sequence', 'a\u009b31mb', 'ab'],
    ['a window title and a link', `${ESC}]0;owned\u0007a${ESC}]8;;http://evil${ESC}\\b`, 'ab'],
    ['an unfinished escape', `a${ESC}`, 'a'],
    ['an escape hidden in an escape', `a${ESC}${ESC}[31mb`, 'ab'],
    ['control characters', 'a\u0000b\u0008c\u007fd', 'abcd'],
    ['direction overrides and zero widths', 'a\u202eb\u2066c\u200bd\ufeffe', 'abcde'],
    ['invisible tag characters', `a${String.fromCodePoint(0xe0041, 0xe0042)}b`, 'ab'],
    ['half a surrogate pair', 'a\ud83db', 'ab'],
    ['line breaks', ' one\r\n\ttwo\u2028three ', 'one two three'],
  ])('loses %s', (_name, text, clean) => {
    expect(cleanUntrustedText(text, 100)).toBe(clean);
  });

  test('keeps letters of every script, signs and whole emoji', () => {
    expect(cleanUntrustedText('Größe 株 ≥ 5 % 📈', 100)).toBe('Größe 株 ≥ 5 % 📈');
  });

  test('is cut to the length with an ellipsis, never through a character', () => {
    expect(cleanUntrustedText('x'.repeat(100), 100)).toBe('x'.repeat(100));
    expect(cleanUntrustedText('x'.repeat(101), 100)).toBe(`${'x'.repeat(99)}…`);
    expect(cleanUntrustedText(`${'x'.repeat(98)}📈📈`, 100)).toBe(`${'x'.repeat(98)}…`);
    expect(cleanUntrustedText(' '.repeat(5000), 100)).toBe('…');
  });

  test('costs little even when it is hostile', () => {
    const start = performance.now();
    for (const part of [ESC, `${ESC}]`, `${ESC}[`, '\u202e', '[0']) cleanUntrustedText(part.repeat(1_000_000), 2000);
    // Linear work takes a fraction of a second, quadratic work hours: the bound tells them apart on any machine.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
