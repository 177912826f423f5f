import { expect, test } from '@jest/globals';
import type { Option } from '../../domain/orders/instrument.ts';
import type { Combo } from '../../domain/orders/ticket.ts';
import { demoAccount } from '../testing/sample-orders.ts';
import { pricesText } from './venues.ts';

const CALL: Option = {
  ...{ kind: 'option', symbol: 'KO', expiration: '2021-01-15', strike: '55', right: 'CALL', multiplier: '100' },
};
const KO = { kind: 'stock', symbol: 'KO' } as const;
const COVERED: Combo = {
  kind: 'combo',
  symbol: 'KO',
  legs: [
    { instrument: KO, side: 'BUY', ratio: 100 },
    { instrument: CALL, side: 'SELL', ratio: 1 },
  ],
};

test('prices of options are said to be simulated at the paper broker alone', () => {
  const paper = demoAccount();
  expect(pricesText(paper, [KO, CALL])).toContain('simulated');
  expect(pricesText(paper, [COVERED])).toContain('simulated');
  expect(pricesText(paper, [KO])).toBeNull();
  expect(pricesText(demoAccount({ broker: 'ibkr' }), [CALL])).toBeNull();
});
