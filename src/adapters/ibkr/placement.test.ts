import { describe, expect, test } from '@jest/globals';
import { type OrderStatus, OrderType } from '@stoqey/ib';
import { judgeCancelNews } from './cancel.ts';
import { judgeNews, type Verdict } from './placement.ts';

const taken: Verdict = { kind: 'taken' };

function judge(news: Parameters<typeof judgeNews>[0]): Verdict | null | 'later' {
  let waits = false;
  const verdict = judgeNews(news, () => {
    waits = true;
  });
  return waits ? 'later' : verdict;
}

describe('what the first news of an order decides', () => {
  test.each([
    ['PreSubmitted', taken],
    ['Submitted', taken],
    ['Filled', taken],
    ['PendingSubmit', null],
    ['ApiPending', null],
    ['Inactive', 'later'],
    ['Cancelled', 'later'],
  ])('status %s: %p', (status, verdict) => {
    expect(judge({ kind: 'status', status })).toEqual(verdict);
    const state = { status: status as OrderStatus };
    expect(judge({ kind: 'open', order: { orderType: OrderType.MKT }, state })).toEqual(verdict);
  });

  test('an error refuses it, unless it is a warning or about a cancel', () => {
    expect(judge({ kind: 'error', code: 110, message: 'off grid' })).toEqual({
      ...{ kind: 'refused', code: 110, message: 'off grid' },
    });
    expect([399, 2109, 202, 1100].map((code) => judge({ kind: 'error', code, message: '' }))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

test('a cancel is heard when the order ends, is about to, or is over already; other errors refuse it', () => {
  expect(
    ['PendingCancel', 'Cancelled', 'Filled', 'Submitted'].map(
      (status) => judgeCancelNews({ kind: 'status', status })?.kind,
    ),
  ).toEqual(['heard', 'heard', 'heard', undefined]);
  const byCode = (code: number) => judgeCancelNews({ kind: 'error', code, message: '' })?.kind;
  expect([202, 161, 10147, 10148, 399, 1100, 321].map(byCode)).toEqual([
    ...['heard', 'heard', 'heard', 'heard', undefined, undefined, 'refused'],
  ]);
});
