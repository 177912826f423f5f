export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one for anything else. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The member of a message under its camelCase or, as the same message may be written, its snake_case name. */
export function member(message: JsonObject, camelCase: string): unknown {
  const snakeCase = camelCase.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return camelCase in message ? message[camelCase] : message[snakeCase];
}

/** A whole number from a query's text, within bounds; null where it is none. */
export function wholeNumber(text: unknown, least: number, most: number): number | null {
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}
