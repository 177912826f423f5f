import { describe, expect, test } from '@jest/globals';
import { gatherTicks } from './quote-ticks.ts';
import { TickType } from './tick-types.ts';

const at = new Date(0);

describe('the ticks of a quote', () => {
  test('are live or delayed by their type, and others do not count', () => {
    const live = gatherTicks(false);
    live.price(TickType.bid, 59.99);
    live.price(TickType.ask, 60.01);
    expect([live.hasBothSides, live.isComplete]).toEqual([true, false]);
    live.price(9, 58);
    live.price(TickType.last, 60);
    expect(live.isComplete).toBe(true);
    expect(live.quote(at)).toEqual({ bid: '59.99', ask: '60.01', last: '60', isDelayed: false, at });
    const delayed = gatherTicks(false);
    delayed.price(TickType.delayedBid, 59.9);
    expect(delayed.quote(at)).toMatchObject({ bid: '59.9', ask: null, isDelayed: true });
  });

  test('-1 and 0 are no prices of a share', () => {
    const ticks = gatherTicks(false);
    ticks.price(TickType.bid, -1);
    ticks.price(TickType.ask, 0);
    expect(ticks.quote(at)).toMatchObject({ bid: null, ask: null, last: null });
  });

  test('-1 is a price of a combination where there is a size to it, and so is a price below zero', () => {
    const ticks = gatherTicks(true);
    ticks.price(TickType.bid, -1);
    ticks.size(TickType.bidSize, 10);
    ticks.price(TickType.ask, -1);
    ticks.size(TickType.askSize, 0);
    ticks.price(TickType.last, -0.95);
    expect(ticks.quote(at)).toMatchObject({ bid: '-1', ask: null, last: '-0.95' });
  });
});
