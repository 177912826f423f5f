import { scanJsonObject } from './json-scan.ts';

export type ExtractedAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * Finds the first complete JSON object with a `recommendations` member in a model's text, whatever stands around it:
 * prose, code fences with any language tag, a byte order mark, other objects. Nothing is repaired: an object that is cut
 * off or broken is passed over whole, so that a fragment of it is never taken for the answer. Linear in the text's length.
 */
export function extractAnswer(text: string): ExtractedAnswer {
  let problem = 'the answer has no JSON object';
  let firstProblem: string | null = null;
  let at = text.indexOf('{');
  if (text.replaceAll('\uFEFF', '').trim() === '') problem = 'the answer is empty';
  while (at !== -1) {
    const scan = scanJsonObject(text, at);
    if (scan.kind === 'truncated') {
      return { ok: false, problem: `the JSON object at character ${at + 1} is never closed: the answer was cut off` };
    }
    if (scan.kind === 'too_deep') {
      return { ok: false, problem: `the JSON at character ${scan.at + 1} is nested too deeply` };
    }
    if (scan.kind === 'complete') {
      const value: unknown = JSON.parse(text.slice(at, scan.end));
      if (Object.hasOwn(value as object, 'recommendations')) return { ok: true, value };
      firstProblem ??= `the JSON object at character ${at + 1} has no member "recommendations"`;
    } else {
      firstProblem ??= `the JSON object at character ${at + 1} breaks at character ${scan.at + 1}`;
    }
    at = text.indexOf('{', scan.kind === 'complete' ? scan.end : scan.at);
  }
  return { ok: false, problem: firstProblem ?? problem };
}
