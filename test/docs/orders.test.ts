import { describe, expect, test } from '@jest/globals';
import { parseTicketFile } from '../../src/cli/commands/order-ticket-file.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import { validateTicket } from '../../src/domain/orders/validate-ticket.ts';
import { pages } from './pages.ts';

describe('docs/guide/orders.md', () => {
  const guide = pages().find(({ path }) => path.endsWith('guide/orders.md'))?.text ?? '';

  test('has complete tickets that folios takes', () => {
    const examples = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    expect(examples.length).toBeGreaterThan(1);
    const problems = examples.flatMap((text) =>
      validateTicket(parseTicketFile(text, 'example'), { asOf: '2026-01-02' }),
    );
    expect(problems).toEqual([]);
  });

  test('explains every state of an order', () => {
    expect(Object.values(OrderState).filter((state) => !guide.includes(`\n| \`${state}\` `))).toEqual([]);
  });
});
