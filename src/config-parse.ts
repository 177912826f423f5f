import { CONFIG_VARIABLES, type ConfigValues, type ConfigVariable } from './config-variables.ts';
import { FoliosError } from './contracts/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads every variable of the table; CONFIG_INVALID names all that cannot be used, and shows no secret. `found` are problems seen before. */
export function parseEnvironment(env: Environment, found: readonly string[] = []): ConfigValues {
  const problems: string[] = [...found];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<ConfigVariable>(CONFIG_VARIABLES)) {
    // Compose files and shells pass unset variables on as empty ones.
    const given = env[name] === '' ? undefined : env[name];
    const text = given ?? variable.default;
    if (text === null) continue;
    const result = variable.schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else {
      const shown = variable.secret === true ? '' : `="${text.slice(0, 80)}"`;
      problems.push(`${name}${shown}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
    }
  }
  problems.push(...unknownNames(env), ...contradictions(values as ConfigValues));
  if (problems.length > 0) {
    throw new FoliosError(
      'CONFIG_INVALID',
      `The environment has values that cannot be used:\n  ${problems.join('\n  ')}`,
      {
        problems,
      },
    );
  }
  return values as ConfigValues;
}

/** A mistyped name would silently leave its default in force, for FOLIOS_ENCRYPTION_KEY with bad consequences. */
function unknownNames(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('FOLIOS_') && !name.startsWith('FOLIOS_TEST_') && !(name in CONFIG_VARIABLES))
    .map((name) => `${name}: folios has no variable of this name`);
}

function contradictions(values: Partial<ConfigValues>): string[] {
  const problems: string[] = [];
  if (values.FOLIOS_ARTIFACT_STORE === 's3' && values.FOLIOS_S3_BUCKET === undefined) {
    problems.push('FOLIOS_S3_BUCKET: is required with FOLIOS_ARTIFACT_STORE=s3');
  }
  if ((values.FOLIOS_S3_ACCESS_KEY_ID === undefined) !== (values.FOLIOS_S3_SECRET_ACCESS_KEY === undefined)) {
    problems.push('FOLIOS_S3_ACCESS_KEY_ID and FOLIOS_S3_SECRET_ACCESS_KEY: set both or neither');
  }
  if (values.FOLIOS_ENCRYPTION_OLD_KEYS !== undefined && values.FOLIOS_ENCRYPTION_KEY === undefined) {
    problems.push('FOLIOS_ENCRYPTION_OLD_KEYS: needs FOLIOS_ENCRYPTION_KEY, the key that encrypts from now on');
  }
  const { FOLIOS_POLL_INTERVAL_MS: first, FOLIOS_POLL_MAX_INTERVAL_MS: longest } = values;
  if (first !== undefined && longest !== undefined && longest < first) {
    problems.push(`FOLIOS_POLL_MAX_INTERVAL_MS="${longest}": is shorter than FOLIOS_POLL_INTERVAL_MS="${first}"`);
  }
  return [...problems, ...sharedPorts(values)];
}

function sharedPorts(values: Partial<ConfigValues>): string[] {
  const byPort = new Map<unknown, string[]>();
  for (const name of Object.keys(CONFIG_VARIABLES).filter((one) => one.endsWith('_PORT'))) {
    const value = values[name as keyof ConfigValues];
    if (value !== undefined) byPort.set(value, [...(byPort.get(value) ?? []), name]);
  }
  return [...byPort]
    .filter(([, names]) => names.length > 1)
    .map(([value, names]) => `${names.join(' and ')}: name the same port ${String(value)}`);
}
