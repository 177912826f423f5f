import type { z } from 'zod';

/** One JSON document a line, each line ended. The same values give the same bytes. */
export function toJsonLines(values: readonly unknown[]): Uint8Array {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

/** Parses JSON lines against a schema; blank lines are skipped. Throws an Error that names the bad line's number. */
export function fromJsonLines<T>(bytes: Uint8Array, schema: z.ZodType<T>): T[] {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch {
      // The parser's own message would quote the content.
      throw new Error(`line ${index + 1} is not in the documented form`);
    }
  });
}

/** One JSON document against a schema. */
export function fromJson<T>(bytes: Uint8Array, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** Joins JSONL files, each ending with a line end. */
export function joinJsonLines(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter((part) => part.byteLength > 0);
  const ended = filled.map((part) => (part.at(-1) === 0x0a ? part : Buffer.concat([part, Buffer.from('\n')])));
  return Buffer.concat(ended);
}
