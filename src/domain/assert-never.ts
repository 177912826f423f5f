/** Ends an exhaustive switch: the compiler rejects it while a case is missing, and at run time it names the value. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
