import { expect, test } from '@jest/globals';
import type { BrokerReport } from '../../ports/broker-session.ts';
import { createReportQueue } from './report-queue.ts';

const report = (key: string): BrokerReport => ({
  ...{ kind: 'commission', key, execId: key, commissionUsd: '1', at: new Date(0) },
});

test('reports are handed on one after the other, and one that cannot be journaled does not stop the rest', async () => {
  const failed: object[] = [];
  const queue = createReportQueue({
    ...{ info: () => undefined, warn: () => undefined, error: (facts) => void failed.push(facts) },
  });
  const journal: string[] = [];
  queue.onReport(async ({ key }) => {
    journal.push(`${key} begins`);
    await Promise.resolve();
    if (key === 'b') throw new Error('disk full');
    journal.push(`${key} ends`);
  });
  const heard: string[] = [];
  const untap = queue.tap(({ key }) => void heard.push(key));
  for (const key of ['a', 'b', 'c']) queue.publish(report(key));
  expect(heard).toEqual(['a', 'b', 'c']);
  untap();
  queue.publish(report('d'));
  await queue.drained();
  expect(journal).toEqual(['a begins', 'a ends', 'b begins', 'c begins', 'c ends', 'd begins', 'd ends']);
  expect(heard).toEqual(['a', 'b', 'c']);
  expect(failed).toMatchObject([{ key: 'b', error: 'disk full' }]);
});
