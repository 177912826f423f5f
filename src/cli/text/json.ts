/** Characters that JSON leaves raw but a terminal or an eye may obey: C1 controls, direction overrides, separators. */
const OBEYED = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One JSON document for stdout or stderr. Lossless: what a terminal might obey is written as an escape. */
export function renderJson(document: unknown): string {
  return JSON.stringify(document, null, 2).replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
