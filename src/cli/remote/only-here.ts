import { FoliosError } from '../../contracts/errors.ts';

/** `methods` as the whole port; the rest of it cannot be done through a server and says so. INPUT_INVALID. */
export function remotePort<Port extends object>(methods: Partial<Port>, what: string): Port {
  return new Proxy(methods as Port, {
    get(target, name, receiver) {
      if (name in target || typeof name === 'symbol' || name === 'then') return Reflect.get(target, name, receiver);
      return () => {
        const message = `${what} cannot be done with --server; run the command on the server's machine, or use its API`;
        throw new FoliosError('INPUT_INVALID', message);
      };
    },
  });
}
