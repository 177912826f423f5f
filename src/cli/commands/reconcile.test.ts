import { expect, test } from '@jest/globals';
import type { ReconcileBrokerResult, Reconciliation } from '../../../workflows/reconcile-broker/messages.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { reconcileBooks } from './reconcile.ts';

const AGREED: Reconciliation = {
  ...{ accountId: 'a', accountName: 'ib', at: '2026-11-20T15:00:00.000Z' },
  ...{ adopted: [], expired: [], external: [], differences: [], profit: null, paused: false },
};

const reconcile = (result: ReconcileBrokerResult, account: string | null = null) =>
  reconcileBooks(createFakeContext(emptyWorld(), { reconcileBroker: async () => result }), account);

test('books that agree are told in one line, with what was adopted and what others have working', async () => {
  const profit = { dailyUsd: '-1250.5', unrealizedUsd: '12', realizedUsd: null };
  const more = { expired: ['t/1'], external: ['KO'], profit };
  const { text, document, failure } = await reconcile({ reconciled: [{ ...AGREED, ...more }], failed: [] });
  expect(text.split('\n')).toEqual([
    'ib: ✓ our books and the broker agree',
    '    expired while nobody listened: 1 order',
    '    the broker’s own P&L of the day: -1,250.50 USD (unrealised 12.00 USD, realised not told)',
    '    works at the broker, made outside folios: KO',
  ]);
  expect([document.agreed, failure]).toEqual([true, undefined]);
});

test('a difference fails the command and says both sides and that the account is paused', async () => {
  const differences = [{ kind: 'position', what: 'KO', ours: '10', theirs: '12' } as const];
  const { text, document, failure } = await reconcile({
    reconciled: [{ ...AGREED, differences, paused: true }],
    failed: [],
  });
  expect(text).toContain('position KO: 10 here, 12 at the broker');
  expect(text).toContain('paused');
  expect(document.agreed).toBe(false);
  expect(failure).toMatchObject({ code: 'BOOKS_DIFFER' });
});

test('an account whose broker could not be asked is named with the reason', async () => {
  const failed = [{ accountId: 'a', name: 'ib', code: 'BROKER_NOT_READY', reason: 'connecting' }];
  const { text, failure } = await reconcile({ reconciled: [], failed });
  expect(text).toBe('ib: ✗ not compared, BROKER_NOT_READY: connecting');
  expect(failure).toMatchObject({ code: 'BROKER_NOT_READY' });
});
