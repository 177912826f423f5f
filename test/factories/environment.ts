/** A variable that the suite's global set-up provides. */
export function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the suite with \`npm test\`, which starts the servers`);
  return value;
}
