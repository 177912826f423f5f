/** Breaks a line at spaces so that none is longer than `width`; later lines begin with `indent`. A longer word is cut. */
export function wrapText(text: string, width: number, indent = '  '): string {
  const lines: string[] = [];
  let line: string | null = null;
  // Runs of spaces stay as they are: they align columns or indent the first line.
  for (const word of text.split(' ').flatMap((one) => pieces(one, width - indent.length))) {
    if (line === null) {
      line = word;
    } else if (line.length + 1 + word.length > width) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else {
      line = `${line} ${word}`;
    }
  }
  return [...lines, line ?? ''].join('\n');
}

function pieces(word: string, length: number): string[] {
  if (word.length <= length) return [word];
  return Array.from({ length: Math.ceil(word.length / length) }, (_, index) =>
    word.slice(index * length, (index + 1) * length),
  );
}
