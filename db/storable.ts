/**
 * Text as PostgreSQL takes it: it stores no NUL character and no half of a surrogate pair, and both may stand in what
 * providers send. They become U+FFFD, so that a hostile answer cannot make a task impossible to record.
 */
export function storableText(text: string, maxLength = 20_000): string {
  const clean = text.slice(0, maxLength).toWellFormed().replaceAll('\0', '\uFFFD');
  return text.length > maxLength ? `${clean} [cut, ${text.length} characters]` : clean;
}

/** A value as the text of a jsonb parameter, its strings as `storableText` makes them. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, one) =>
    typeof one === 'string' ? storableText(one, Number.POSITIVE_INFINITY) : one,
  );
}
