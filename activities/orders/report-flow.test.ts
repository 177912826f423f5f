import { expect, test } from '@jest/globals';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import { createReportFlow } from './report-flow.ts';

const NOW = new Date('2026-11-20T15:00:00Z');

function newsOf(eventId: number): OrderNews {
  return {
    eventId,
    orderRef: 't/1',
    state: 'ACCEPTED',
    stateReason: null,
    filledQuantity: '0',
    averageFillPrice: null,
  };
}

const REPORT = { kind: 'commission', key: 'k', execId: 'e', commissionUsd: '1', at: NOW } satisfies BrokerReport;

/** A journal that numbers what it records, and a Temporal that listens unless told otherwise. */
function createWorld() {
  const untold: number[] = [];
  const told: number[] = [];
  const failures: unknown[] = [];
  const world = { untold, told, failures, isDown: false, wasOpen: true, next: 1 };
  const flow = createReportFlow('account', {
    async recordReports(reports) {
      return reports.map(() => {
        const news = newsOf(world.next++);
        untold.push(news.eventId);
        return { kind: 'recorded', outcome: 'applied', problem: null, ticketId: 't', news };
      });
    },
    journal: {
      untold: async () => untold.map((eventId) => ({ ticketId: 't', news: newsOf(eventId) })),
      async markTold(ids) {
        for (const id of ids) untold.splice(untold.indexOf(id), 1);
      },
    },
    async tellTicket(_ticketId, { eventId }) {
      if (world.isDown) throw new Error('Temporal is down');
      told.push(eventId);
      return world.wasOpen;
    },
    onFailure: (error) => failures.push(error),
    pause: async () => undefined,
  });
  return { flow, world };
}

test('a report is journaled and then told, once', async () => {
  const { flow, world } = createWorld();
  await flow.take([REPORT]);
  await flow.tellAll();
  expect(world).toMatchObject({ told: [1], untold: [] });
});

test('what comes while others are being told is told, too, by one teller', async () => {
  const { flow, world } = createWorld();
  await Promise.all([flow.take([REPORT]), flow.take([REPORT]), flow.take([REPORT])]);
  await flow.tellAll();
  expect(world.told.toSorted()).toEqual([1, 2, 3]);
  expect(world.untold).toEqual([]);
});

test('news that cannot be told stay in the journal and are told later', async () => {
  const { flow, world } = createWorld();
  world.isDown = true;
  await flow.take([REPORT]);
  await expect(flow.tellAll()).rejects.toThrow('Temporal is down');
  expect(world.untold).toEqual([1]);
  expect(world.failures).not.toEqual([]);
  world.isDown = false;
  await flow.tellAll();
  expect(world).toMatchObject({ told: [1], untold: [] });
});

test('news for a ticket that has ended are not kept for ever', async () => {
  const { flow, world } = createWorld();
  world.wasOpen = false;
  await flow.take([REPORT]);
  await flow.tellAll();
  expect(world.untold).toEqual([]);
});
