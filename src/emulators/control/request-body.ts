import type { z } from 'zod';

/** What a control request asks for; an absent body is an empty one. Throws what `refuse` makes of all problems with it. */
export function parseBody<T extends z.ZodType>(
  schema: T,
  body: unknown,
  refuse: (problems: string) => Error,
): z.output<T> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  throw refuse(result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; '));
}
