import { expect, test } from '@jest/globals';
import { createAddressGuard } from './public-address.ts';

const lookup = (allowance: 'none' | 'all' | readonly string[], host: string) =>
  new Promise((resolve) => {
    createAddressGuard(allowance).lookup(host, { all: true }, (error, found) =>
      resolve(error === null ? found : (error as { code?: string }).code),
    );
  });

test('the look at the address is the one that the connection uses', async () => {
  expect(await lookup('none', 'localhost')).toBe('NOTIFICATION_DENIED');
  expect(await lookup('none', '8.8.8.8')).toEqual([{ address: '8.8.8.8', family: 4 }]);
  expect(await lookup(['::1', '127.0.0.1'], '::1')).toEqual([{ address: '::1', family: 6 }]);
});
