import { expect, test } from '@jest/globals';
import type { HeldPosition, WorkingOrder } from './exposure.ts';
import { reductionObstacle } from './reduce-only.ts';
import { BUY_KO, KO, planned } from './testing/sample-orders.ts';
import type { TicketSpec } from './ticket.ts';

const LONG: readonly HeldPosition[] = [{ instrument: KO, quantity: '10', marketValueUsd: '0', tradeId: null }];
const order = planned({ ...BUY_KO, side: 'SELL' }, { orderRef: 'flat/1' });
const other: WorkingOrder = {
  ...{ order: { ...order, orderRef: 'other/1' }, remainingQuantity: '1', reservedUsd: '0', tradeId: null },
};

test.each<[string, Partial<TicketSpec>, readonly HeldPosition[], readonly WorkingOrder[], boolean]>([
  ['closes what is held', { reduceOnly: true }, LONG, [], true],
  ['is refused where nothing is held', { reduceOnly: true }, [], [], false],
  ['is refused where another order closes a part already', { reduceOnly: true }, LONG, [other], false],
  ['that does not say it may do anything', {}, [], [other], true],
  ['that says it is not may do anything', { reduceOnly: false }, [], [other], true],
])('a reduce-only ticket %s', (_what, more, positions, working, mayBeSent) => {
  const spec = { kind: 'single', order, ...more } as TicketSpec;
  const obstacle = reductionObstacle(spec, order, { positions, working });
  expect(obstacle).toEqual(mayBeSent ? null : expect.stringContaining('it may only reduce'));
});
