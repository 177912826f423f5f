import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { BUY_KO, BUY_SPREAD, KO_CALL } from '../../domain/orders/testing/sample-orders.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import { ticketSpecSchema } from './ticket.ts';

const LEG = { instrument: KO_CALL, side: 'BUY', ratio: 1 };
const { limitPrice: _, ...UNPRICED } = BUY_KO;
const PRICING = { start: 'mid', step: '0.01', everySeconds: 5, limit: 'natural', atLimit: 'leave' } as const;

const TICKETS: readonly TicketSpec[] = [
  { kind: 'single', order: BUY_KO },
  { kind: 'single', order: UNPRICED, pricing: PRICING },
  {
    kind: 'bracket',
    entry: BUY_KO,
    takeProfit: { limitPrice: '70', timeInForce: 'GTC' },
    stopLoss: { type: 'TRAILING_STOP', timeInForce: 'GTC', trailPercent: '5' },
    pricing: { ...PRICING, limit: '61' },
  },
  { kind: 'oca', orders: [BUY_KO, BUY_KO] },
  { kind: 'combo', execution: 'native', order: BUY_SPREAD },
  { kind: 'combo', execution: 'legs', order: BUY_SPREAD, legLimitPrices: ['1', '2'] },
  { kind: 'basket', orders: [BUY_KO, { ...BUY_KO, tradable: KO_CALL }] },
];

/** The schema reads mutable lists, the domain has read-only ones; nothing else may differ. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

test('the schema and the domain mean the same tickets', () => {
  const same: Same<Frozen<z.infer<typeof ticketSpecSchema>>, Frozen<TicketSpec>> = true;
  expect(same).toBe(true);
  for (const ticket of TICKETS) expect(ticketSpecSchema.parse(ticket)).toEqual(ticket);
});

test.each([
  ['an unknown kind', { kind: 'twap', orders: [] }],
  ['a field that nobody knows', { kind: 'single', order: { ...BUY_KO, allOrNone: true } }],
  ['a number as an amount', { kind: 'single', order: { ...BUY_KO, quantity: 10 } }],
  ['NaN', { kind: 'single', order: { ...BUY_KO, quantity: 'NaN' } }],
  ['an infinite price', { kind: 'single', order: { ...BUY_KO, limitPrice: 'Infinity' } }],
  ['an exponent', { kind: 'single', order: { ...BUY_KO, limitPrice: '1e9' } }],
  ['a price that is there but undefined', { kind: 'single', order: { ...BUY_KO, limitPrice: undefined } }],
  ['a broken leg ratio', { kind: 'combo', execution: 'native', order: spreadOf([{ ...LEG, ratio: 1.5 }]) }],
  ['a combo ticket without a combination', { kind: 'combo', execution: 'native', order: BUY_KO }],
  [
    'an expiration that is no day',
    { kind: 'single', order: { ...BUY_KO, tradable: { ...KO_CALL, expiration: '2026-02-30' } } },
  ],
  ['a text', 'buy low'],
])('%s is no ticket', (_name, input) => {
  expect(ticketSpecSchema.safeParse(input).success).toBe(false);
});

test.each([
  ['a combination of 9 legs', { kind: 'combo', execution: 'native', order: spreadOf(Array(9).fill(LEG)) }],
  ['a combination of 10,000 legs', { kind: 'combo', execution: 'native', order: spreadOf(Array(10_000).fill({})) }],
  ['a basket of 101 orders', { kind: 'basket', orders: Array(101).fill(BUY_KO) }],
  ['an OCA group of 21 orders', { kind: 'oca', orders: Array(21).fill(BUY_KO) }],
  ['a basket of a million things', { kind: 'basket', orders: Array(1_000_000).fill(null) }],
])('%s is refused by its size alone', (_name, input) => {
  const { error } = ticketSpecSchema.safeParse(input);
  expect(error?.issues.map((issue) => issue.code)).toEqual(['too_big']);
});

test('the sizes at the bounds are accepted', () => {
  const combo = { kind: 'combo', execution: 'native', order: spreadOf(Array(8).fill(LEG)) };
  expect(ticketSpecSchema.safeParse(combo).success).toBe(true);
  expect(ticketSpecSchema.safeParse({ kind: 'basket', orders: Array(100).fill(BUY_KO) }).success).toBe(true);
});

function spreadOf(legs: unknown) {
  return { ...BUY_KO, tradable: { kind: 'combo', symbol: 'KO', legs } };
}
