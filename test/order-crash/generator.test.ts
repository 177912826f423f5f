import { expect, test } from '@jest/globals';
import { validateTicket } from '../../src/domain/orders/validate-ticket.ts';
import { FIRST_DAY, generateRounds } from './generator.ts';

test('the same seed gives the same deeds at the same times, another seed gives others', () => {
  const deedsOf = (seed: number) => {
    const rounds = generateRounds(seed, { KO: 54.84, PEP: 148.3 }, 2);
    return Array.from({ length: 30 }, () => rounds.next().value);
  };
  expect(deedsOf(1)).toEqual(deedsOf(1));
  expect(deedsOf(1)).not.toEqual(deedsOf(2));
});

test('every ticket is one that can be traded, and all kinds come up, combinations in each of their ways', () => {
  const rounds = generateRounds(3, { KO: 54.84, PEP: 148.3 }, 2);
  const deeds = Array.from({ length: 60 }, () => rounds.next().value?.deeds ?? []).flat();
  const tickets = deeds.flatMap((deed) => (deed.what === 'ticket' ? [deed.ticket] : []));
  expect(tickets.flatMap((ticket) => validateTicket(ticket, { asOf: FIRST_DAY }))).toEqual([]);
  const ways = tickets.map((ticket) => {
    const execution = ticket.kind === 'combo' ? ` ${ticket.execution} ${ticket.order.type}` : '';
    return `${ticket.kind}${execution}${'pricing' in ticket ? ' walking' : ''}`;
  });
  expect([...new Set(ways)].sort()).toEqual([
    ...['basket', 'bracket', 'combo legs MARKET', 'combo native LIMIT', 'combo native LIMIT walking'],
    ...['combo native MARKET', 'oca', 'single', 'single walking'],
  ]);
});
