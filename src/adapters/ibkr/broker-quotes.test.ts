import { expect, test } from '@jest/globals';
import type { Option } from '../../domain/orders/instrument.ts';
import { BrokerError } from '../../ports/broker-session.ts';
import type { OptionGreeks } from '../../ports/option-market.ts';
import { askDeltaUsd } from './broker-quotes.ts';
import type { LiveQuote } from './quote-ticks.ts';

const PUT: Option = {
  kind: 'option',
  symbol: 'KO',
  expiration: '2021-01-15',
  strike: '50',
  right: 'PUT',
  multiplier: '100',
};
const AT = new Date('2020-12-31T20:00:00Z');
const QUOTE: LiveQuote = { bid: '50.85', ask: '50.87', last: null, isDelayed: false, at: AT };
const GREEKS: OptionGreeks = {
  ...{ impliedVolatility: 0.25, delta: -0.35, gamma: null, vega: null, theta: null, price: '0.62' },
  ...{ underlyingPrice: '50.86', at: AT },
};

const data = (greeks: () => OptionGreeks) => ({ quote: async () => QUOTE, greeks: async () => greeks() });

function failing(code: 'ORDER_INVALID' | 'BROKER_NOT_READY') {
  return data(() => {
    throw new BrokerError('no', { code, effect: 'none' });
  });
}

test('the dollar delta of a share is its price, that of a contract comes from the broker’s model', async () => {
  expect(
    await askDeltaUsd(
      data(() => GREEKS),
      { kind: 'stock', symbol: 'KO' },
    ),
  ).toBe('50.86');
  expect(
    await askDeltaUsd(
      data(() => GREEKS),
      PUT,
    ),
  ).toBe('-1780.1');
});

test('what the broker does not compute is not known; that it is away is a failure', async () => {
  expect(
    await askDeltaUsd(
      data(() => ({ ...GREEKS, underlyingPrice: null })),
      PUT,
    ),
  ).toBeNull();
  expect(await askDeltaUsd(failing('ORDER_INVALID'), PUT)).toBeNull();
  await expect(askDeltaUsd(failing('BROKER_NOT_READY'), PUT)).rejects.toMatchObject({ code: 'BROKER_NOT_READY' });
});
