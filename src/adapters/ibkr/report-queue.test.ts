import { expect, test } from '@jest/globals';
import type { BrokerReport } from '../../ports/broker-session.ts';
import { createReportQueue } from './report-queue.ts';

const report = (key: string): BrokerReport => ({
  ...{ kind: 'commission', key, execId: key, commissionUsd: '1', at: new Date(0) },
});

test('reports are handed on in their order without waiting, and a failure stops none behind it', async () => {
  const failed: object[] = [];
  const queue = createReportQueue({
    ...{ info: () => undefined, warn: () => undefined, error: (facts) => void failed.push(facts) },
  });
  const journal: string[] = [];
  const journaled = Promise.withResolvers<void>();
  queue.onReports(async (reports) => {
    const keys = reports.map(({ key }) => key).join();
    journal.push(`${keys} begins`);
    if (keys === 'a') for (const key of ['b', 'c']) queue.publish(report(key));
    await journaled.promise;
    if (keys === 'b,c') throw new Error('disk full');
    journal.push(`${keys} ends`);
  });
  const heard: string[] = [];
  const untap = queue.tap(({ key }) => void heard.push(key));
  queue.publish(report('a'));
  await Promise.resolve();
  await Promise.resolve();
  expect(journal).toEqual(['a begins', 'b,c begins']);
  journaled.resolve();
  await queue.drained();
  expect(heard).toEqual(['a', 'b', 'c']);
  untap();
  queue.publish(report('d'));
  await queue.drained();
  expect(journal).toEqual(['a begins', 'b,c begins', 'a ends', 'd begins', 'd ends']);
  expect(heard).toEqual(['a', 'b', 'c']);
  expect(failed).toMatchObject([{ keys: ['b', 'c'], error: 'disk full' }]);
});
