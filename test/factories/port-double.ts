/** A port with only the methods that a test expects to be called; any other call fails the test by its name. */
export function portDouble<T extends object>(methods: Partial<T>): T {
  return new Proxy(methods, {
    get(target, name) {
      if (name in target) return target[name as keyof T];
      throw new Error(`nobody expected ${String(name)} to be called`);
    },
  }) as T;
}
