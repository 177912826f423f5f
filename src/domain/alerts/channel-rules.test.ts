import { expect, test } from '@jest/globals';
import { type ChannelRules, wants } from './channel-rules.ts';
import { maySecretBeUsed, parseSecretReference, secretPrefixOf } from './secret-reference.ts';

const all: ChannelRules = { kinds: [], minSeverity: 'info', strategyIds: [], accountIds: [] };
const alert = { kind: 'order_denied', severity: 'warning', strategyId: null, accountId: 'a1' } as const;

test('a channel tells what its rules name, of the severity that they ask for', () => {
  expect(wants(all, null, alert)).toBe(true);
  expect(wants({ ...all, kinds: ['order_rejected'] }, null, alert)).toBe(false);
  expect(wants({ ...all, minSeverity: 'critical' }, null, alert)).toBe(false);
  expect(wants({ ...all, minSeverity: 'warning' }, null, alert)).toBe(true);
  expect(wants({ ...all, accountIds: ['a1'] }, null, alert)).toBe(true);
  expect(wants({ ...all, accountIds: ['a2'], strategyIds: ['s1'] }, null, alert)).toBe(false);
  expect(wants(all, null, { ...alert, kind: 'test' })).toBe(false);
});

test('a user is told of nothing that is somebody else`s, whatever the rules say', () => {
  const owned = { strategies: new Set(['s1']), accounts: new Set(['a2']) };
  expect(wants(all, owned, alert)).toBe(false);
  expect(wants({ ...all, accountIds: ['a1'] }, owned, alert)).toBe(false);
  expect(wants(all, owned, { ...alert, accountId: 'a2' })).toBe(true);
  expect(wants(all, owned, { ...alert, accountId: null, strategyId: 's1' })).toBe(true);
  expect(wants(all, owned, { ...alert, accountId: null })).toBe(false);
});

test.each([
  '',
  'NOTIFY_X',
  'env:PATH',
  'env:DATABASE_URL',
  'env:NOTIFY_',
  'env:notify_x',
  'file:../x',
  'file:/etc/passwd',
  'file:.x',
  'xoxb-1',
  'env:NOTIFY_X\n',
])('%p is no reference to a secret of channels', (text) => {
  expect(parseSecretReference(text)).toBeNull();
});

test('a user may use secrets that are named for them, the operator all', () => {
  const user = '0198c0de-1111-7000-8000-0123456789ab';
  expect(secretPrefixOf(user)).toBe('NOTIFY_USER_0123456789AB_');
  const own = parseSecretReference('env:NOTIFY_USER_0123456789AB_SLACK');
  const file = parseSecretReference('file:notify_user_0123456789ab_slack');
  const others = parseSecretReference('env:NOTIFY_SLACK');
  if (!own || !file || !others) throw new Error('these are references');
  expect([own, file, others].map((one) => maySecretBeUsed(one, user))).toEqual([true, true, false]);
  expect([own, others].map((one) => maySecretBeUsed(one, null))).toEqual([true, true]);
});
