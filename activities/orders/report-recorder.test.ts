import { expect, test } from '@jest/globals';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import type { RecordedReport } from '../../src/ports/order-journal.ts';
import { createReportRecorder } from './report-recorder.ts';

const NOW = new Date('2026-11-20T15:00:00Z');
const reportOf = (key: string): BrokerReport => ({ kind: 'commission', key, execId: key, commissionUsd: '1', at: NOW });

/** A journal that notes what it is given together. */
function createWorld() {
  const world = {
    ...{ written: [] as string[], isDown: false, asked: [] as Promise<readonly RecordedReport[]>[] },
    /** Asks for more while the first write is under way. */
    during: null as (() => Promise<readonly RecordedReport[]>[]) | null,
  };
  const record = createReportRecorder('account', {
    clock: { now: () => NOW },
    journal: {
      async record(_accountId, reports) {
        world.asked.push(...(world.during?.() ?? []));
        world.during = null;
        if (world.isDown) throw new Error('the database is down');
        world.written.push(reports.map(({ key }) => key).join());
        return reports.map(({ key }) => ({
          ...{ kind: 'recorded', outcome: 'applied', problem: key, ticketId: null, news: null },
        }));
      },
    },
  });
  return { record, world };
}

test('a report that comes twice is written once, and both who brought it get its answer', async () => {
  const { record, world } = createWorld();
  const report = reportOf('a');
  const [one, other] = await Promise.all([record([report]), record([report])]);
  expect(one).toEqual(other);
  expect(await record([report])).toMatchObject([{ kind: 'recorded', problem: 'a' }]);
  expect(world.written).toEqual(['a']);
});

test('what comes in one breath is written together, what comes during a write after it, each with its own answer', async () => {
  const { record, world } = createWorld();
  const first = ['a', 'b'].map((key) => record([reportOf(key), reportOf(`${key}2`)]));
  world.during = () => [record([reportOf('c')]), record([reportOf('d')])];
  const answers = [...(await Promise.all(first)), ...(await Promise.all(world.asked))];
  expect(world.written).toEqual(['a,a2,b,b2', 'c,d']);
  expect(answers.flat()).toMatchObject(['a', 'a2', 'b', 'b2', 'c', 'd'].map((problem) => ({ problem })));
});

test('a write that fails fails for all who wait for it, and the same reports can be brought again', async () => {
  const { record, world } = createWorld();
  world.isDown = true;
  const report = reportOf('a');
  const both = await Promise.allSettled([record([report]), record([report])]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  world.isDown = false;
  expect(await record([report])).toMatchObject([{ problem: 'a' }]);
  expect(world.written).toEqual(['a']);
});
