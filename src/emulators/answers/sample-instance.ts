const DEEPEST_SCHEMA = 20;

/**
 * A small instance of a JSON schema, for questions that are not ours: the first of each choice, one entry in each list.
 * Reads OpenAPI's upper-case type names as well. A choice that has `user` in it takes that, since command line tools ask
 * who speaks next and would go on for ever if it were the model.
 */
export function sampleInstance(schema: unknown, text = 'This is a simulated answer.'): unknown {
  return instanceOf(asObject(schema), asObject(schema), text, 0);
}

type JsonObject = Readonly<Record<string, unknown>>;

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function instanceOf(schema: JsonObject, root: JsonObject, text: string, depth: number): unknown {
  if (depth > DEEPEST_SCHEMA) return null;
  if (typeof schema.$ref === 'string') return instanceOf(resolve(schema.$ref, root), root, text, depth + 1);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum.includes('user') ? 'user' : (schema.enum[0] ?? null);
  for (const choice of [schema.anyOf, schema.oneOf, schema.allOf]) {
    if (Array.isArray(choice)) return instanceOf(asObject(choice[0]), root, text, depth + 1);
  }
  switch (typeOf(schema)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(asObject(schema.properties)).map(([name, property]) => [
          name,
          instanceOf(asObject(property), root, text, depth + 1),
        ]),
      );
    case 'array': {
      const fewest = typeof schema.minItems === 'number' ? schema.minItems : 1;
      const one = instanceOf(asObject(schema.items), root, text, depth + 1);
      return Array.from({ length: Math.min(Math.max(1, fewest), 10) }, () => one);
    }
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return text;
  }
}

function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (typeof type === 'string') return type.toLowerCase();
  return 'properties' in schema ? 'object' : 'items' in schema ? 'array' : 'string';
}

function resolve(reference: string, root: JsonObject): JsonObject {
  let found: unknown = root;
  for (const part of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) found = asObject(found)[part];
  return asObject(found);
}
