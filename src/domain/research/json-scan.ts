/** What a scan from one `{` found. `end` is the index behind the object, `at` the index of the first wrong character. */
export type JsonScan =
  | { readonly kind: 'complete'; readonly end: number }
  | { readonly kind: 'broken'; readonly at: number }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'too_deep'; readonly at: number };

/** Far deeper than any honest answer; keeps the stack of a hostile one small. */
const MAX_DEPTH = 64;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A number that the end of the text cuts, as in `-2.` */
const BEGUN_NUMBER = /^-?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d*)?)?$/;
const LITERALS = ['true', 'false', 'null'];
const TRUNCATED = -1;

/**
 * Walks one JSON object (RFC 8259) that begins with the `{` at `start`, without building it and without recursion.
 * Every character is looked at once, so that a caller who goes on behind `end` or at `at` stays linear.
 */
export function scanJsonObject(text: string, start: number): JsonScan {
  const closers: string[] = ['}'];
  let expect: 'key_or_close' | 'key' | 'value' | 'value_or_close' | 'comma_or_close' = 'key_or_close';
  let at = start + 1;
  for (;;) {
    at = skipWhitespace(text, at);
    const char = text[at];
    if (char === undefined) return { kind: 'truncated' };
    const closer = closers.at(-1);
    if (char === closer && (expect === 'comma_or_close' || expect === 'key_or_close' || expect === 'value_or_close')) {
      closers.pop();
      at += 1;
      if (closers.length === 0) return { kind: 'complete', end: at };
      expect = 'comma_or_close';
    } else if (expect === 'comma_or_close') {
      if (char !== ',') return { kind: 'broken', at };
      expect = closer === '}' ? 'key' : 'value';
      at += 1;
    } else if (expect === 'key' || expect === 'key_or_close') {
      const afterKey = endOfKey(text, at);
      if (afterKey === TRUNCATED) return { kind: 'truncated' };
      if (typeof afterKey === 'object') return { kind: 'broken', at: afterKey.brokenAt };
      at = afterKey;
      expect = 'value';
    } else if (char === '{' || char === '[') {
      if (closers.length === MAX_DEPTH) return { kind: 'too_deep', at };
      closers.push(char === '{' ? '}' : ']');
      expect = char === '{' ? 'key_or_close' : 'value_or_close';
      at += 1;
    } else {
      const afterValue = endOfScalar(text, at);
      if (afterValue === TRUNCATED) return { kind: 'truncated' };
      if (typeof afterValue === 'object') return { kind: 'broken', at: afterValue.brokenAt };
      at = afterValue;
      expect = 'comma_or_close';
    }
  }
}

type End = number | { readonly brokenAt: number };

function endOfKey(text: string, at: number): End {
  if (text[at] !== '"') return { brokenAt: at };
  const afterString = endOfString(text, at);
  if (typeof afterString === 'object' || afterString === TRUNCATED) return afterString;
  const colon = skipWhitespace(text, afterString);
  if (colon >= text.length) return TRUNCATED;
  return text[colon] === ':' ? colon + 1 : { brokenAt: colon };
}

function endOfScalar(text: string, at: number): End {
  if (text[at] === '"') return endOfString(text, at);
  for (const literal of LITERALS) {
    if (text.startsWith(literal, at)) return at + literal.length;
    if (literal.startsWith(text.slice(at, at + literal.length)) && at + literal.length > text.length) return TRUNCATED;
  }
  if (BEGUN_NUMBER.test(text.slice(at, at + 40)) && at + 40 > text.length) return TRUNCATED;
  NUMBER.lastIndex = at;
  return NUMBER.test(text) ? NUMBER.lastIndex : { brokenAt: at };
}

function endOfString(text: string, at: number): End {
  for (let index = at + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index + 1;
    if (code < 0x20) return { brokenAt: index };
    if (code !== 0x5c) continue;
    index += 1;
    if (index >= text.length) return TRUNCATED;
    if (!'"\\/bfnrtu'.includes(text[index] as string)) return { brokenAt: index };
    if (text[index] === 'u') {
      const digits = text.slice(index + 1, index + 5);
      if (!/^[0-9a-fA-F]*$/.test(digits)) return { brokenAt: index };
      index += digits.length;
    }
  }
  return TRUNCATED;
}

function skipWhitespace(text: string, at: number): number {
  let index = at;
  while (index < text.length && ' \t\n\r'.includes(text[index] as string)) index += 1;
  return index;
}
