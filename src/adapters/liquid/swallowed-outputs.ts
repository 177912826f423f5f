const RAW_BLOCK = /\{%-?\s*raw\s*-?%\}[\s\S]*?\{%-?\s*endraw\s*-?%\}/g;
const MAX_PROBLEMS = 10;

/**
 * Outputs that swallow the text up to the end of the next one, as in `{{ asOf, buy {{ universe }}`: Liquid renders the
 * first name and drops the rest in silence, which would leave a hole in the prompt. For a template that parses.
 */
export function swallowedOutputs(template: string): readonly string[] {
  const text = template.replace(RAW_BLOCK, (block) => block.replace(/[^\n]/g, ' '));
  const problems: string[] = [];
  for (let open = text.indexOf('{{'); open !== -1 && problems.length < MAX_PROBLEMS; ) {
    const next = text.indexOf('{{', open + 2);
    const close = text.indexOf('}}', open + 2);
    if (next !== -1 && next < close) problems.push(`output not closed before the next one, ${placeOf(text, open)}`);
    open = next;
  }
  return problems;
}

function placeOf(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  return `line:${before.length}, col:${(before.at(-1) ?? '').length + 1}`;
}
