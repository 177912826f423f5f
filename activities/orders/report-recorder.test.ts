import { expect, test } from '@jest/globals';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import { createReportRecorder } from './report-recorder.ts';

const NOW = new Date('2026-11-20T15:00:00Z');
const reportOf = (key: string): BrokerReport => ({ kind: 'commission', key, execId: key, commissionUsd: '1', at: NOW });

/** A journal that notes what it is given together. */
function createWorld() {
  const world = { written: [] as string[], isDown: false };
  const record = createReportRecorder('account', {
    clock: { now: () => NOW },
    journal: {
      async record(_accountId, reports) {
        await Promise.resolve();
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

test('what comes during a write is written after it, together and in its order, each with its own answer', async () => {
  const { record, world } = createWorld();
  const answers = await Promise.all(['a', 'b', 'c'].map((key) => record([reportOf(key), reportOf(`${key}2`)])));
  expect(world.written).toEqual(['a,a2', 'b,b2,c,c2']);
  expect(answers.flat()).toMatchObject(['a', 'a2', 'b', 'b2', 'c', 'c2'].map((problem) => ({ problem })));
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
