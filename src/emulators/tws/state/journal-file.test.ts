import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SimOrder } from '../book/sim-order.ts';
import { JournalFile } from './journal-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'folios-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const order = (permId: number, filled: string): SimOrder => ({ permId, filled }) as SimOrder;

test('the last state of everything comes back, and a line that was cut short is no step', () => {
  const path = join(folder, 'deep', 'state.jsonl');
  const first = new JournalFile(path);
  first.open();
  first.append({ instance: 'abc', orders: [order(1, '0'), order(2, '0')] });
  first.append({ orders: [order(1, '5')], counters: { nextOrderId: 3, nextPermId: 3, nextExecution: 2 } });
  first.close();
  appendFileSync(path, '{"orders":[{"permId":2,"filled":"9"}');

  const second = new JournalFile(path);
  const kept = second.open();
  second.close();
  expect([...kept.orders.values()]).toEqual([order(1, '5'), order(2, '0')]);
  expect([kept.instance, kept.counters?.nextOrderId]).toEqual(['abc', 3]);
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1);
});

test('another day forgets the prices that were set for the one before', () => {
  const path = join(folder, 'days.jsonl');
  const price = { bid: '1', ask: '1', last: '1', close: '1', bidSize: null, askSize: null };
  const journal = new JournalFile(path);
  journal.open();
  journal.append({ prices: [[7, price]] });
  journal.append({ day: { day: '2021-01-05', equity: {} } });
  journal.append({ prices: [[8, price]] });
  journal.close();
  const again = new JournalFile(path);
  expect([...again.open().prices.keys()]).toEqual([8]);
  again.close();
});
