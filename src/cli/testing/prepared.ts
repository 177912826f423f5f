/** `methods` as the whole port. Whatever else is called fails by name, so that a test cannot pass by accident. */
export function prepared<Port extends object>(port: string, methods: Partial<Port>): Port {
  return new Proxy(methods as Port, {
    get(target, name, receiver) {
      if (name in target || typeof name === 'symbol' || name === 'then') return Reflect.get(target, name, receiver);
      return () => {
        throw new Error(`the test did not prepare ${port}.${name}`);
      };
    },
  });
}
