/** Control characters have no literal in our patterns: they are named here once. */
const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);
const C1_CSI = String.fromCharCode(0x9b);

/** Parameters and final byte of a control sequence, ECMA-48 section 5.4. */
const CSI_TAIL = '[0-?]{0,64}[ -/]{0,16}[@-~]?';
/** A terminal escape: control sequence (colours, cursor), operating system command (title, links), or two characters. */
const TERMINAL_ESCAPE = new RegExp(
  `(?:${ESCAPE}\\[|${C1_CSI})${CSI_TAIL}` +
    `|${ESCAPE}[\\]PX^_](?:[^${BELL}${ESCAPE}]{0,512}(?:${BELL}|${ESCAPE}\\\\))?` +
    `|${ESCAPE}[ -/]{0,4}[0-~]?`,
  'g',
);
/** Line breaks and tabs become a space, for the text is shown in one line of a table. */
const LINE_BREAKING = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls, invisible format characters (zero width, direction overrides, tags), and halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/**
 * Makes text that a model wrote safe to show and store: one line without terminal escapes, control, direction-changing or
 * invisible characters, trimmed, at most `maxLength` UTF-16 units (then it ends in `…`). Linear in the text's length.
 */
export function cleanUntrustedText(text: string, maxLength: number): string {
  const bounded = text.slice(0, maxLength * 10);
  const clean = bounded.replace(TERMINAL_ESCAPE, '').replace(LINE_BREAKING, ' ').replace(INVISIBLE, '').trim();
  if (clean.length <= maxLength && bounded.length === text.length) return clean;
  return `${clean
    .slice(0, maxLength - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
    .trimEnd()}…`;
}
