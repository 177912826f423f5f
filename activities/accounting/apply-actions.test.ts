import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { CorporateAction } from '../../src/domain/accounting/corporate-actions.ts';
import type { CorporateActionBooks } from '../../src/ports/corporate-actions.ts';
import type { MarketData } from '../../src/ports/market-data.ts';
import { portDouble } from '../../test/factories/port-double.ts';
import { applyDueActions } from './apply-actions.ts';

const SPLIT: CorporateAction = { kind: 'split', exDate: '2005-02-28', ratio: { to: 2, from: 1 } };
const PAID: CorporateAction = { kind: 'dividend', exDate: '2005-02-25', perShareUsd: '0.08' };
const ACTIONS: Record<string, readonly CorporateAction[]> = { AAPL: [SPLIT], MSFT: [PAID] };
const PAPER = { accountId: 'a', broker: 'paper', priceSource: 'as_traded' } as const;

type Due = Parameters<CorporateActionBooks['apply']>[1];

/** Books that hold these symbols, one list for each look, and what they were given to book. */
function world(
  looks: readonly (readonly string[])[],
  more: { actions?: () => Promise<never>; simulated?: boolean } = {},
) {
  const applied: Due[] = [];
  const asked: string[] = [];
  let look = 0;
  const source = portDouble<MarketData>({
    simulated: more.simulated ?? true,
    corporateActions: async (ticker, from, to) => {
      asked.push(`${ticker} ${from} ${to}`);
      if (more.actions) return more.actions();
      const found = ACTIONS[ticker];
      if (!found) throw new FoliosError('TICKER_UNKNOWN', ticker);
      return found;
    },
    quote: async (ticker, marketDate) => ({ ticker, price: '44.86', marketDate, source: 'as_traded' }),
  });
  const ports = {
    corporateActions: portDouble<CorporateActionBooks>({
      appliedTo: async () => '2005-02-24',
      heldSymbols: async () => looks[Math.min(look++, looks.length - 1)] ?? [],
      apply: async (_accountId, due) => {
        applied.push(due);
        return looks.at(-1)?.every((symbol) => due.symbols.includes(symbol)) ? [] : null;
      },
    }),
    marketData: { source: () => source },
    clock: { now: () => new Date('2026-11-21T12:00:00Z') },
  };
  return { ports, applied, asked };
}

describe('splits and dividends that are due', () => {
  test('are looked up for what is held since the day that was applied last, and booked oldest first', async () => {
    const { ports, applied, asked } = world([['AAPL', 'MSFT', 'ODD']]);
    await applyDueActions(ports, PAPER, '2005-03-01');
    expect(asked).toEqual(['AAPL', 'MSFT', 'ODD'].map((symbol) => `${symbol} 2005-02-25 2005-03-01`));
    expect(applied).toMatchObject([
      {
        symbols: ['AAPL', 'MSFT', 'ODD'],
        through: '2005-03-01',
        actions: [
          { symbol: 'MSFT', action: PAID },
          { symbol: 'AAPL', action: SPLIT, priceUsd: '44.86' },
        ],
      },
    ]);
  });

  test('are looked up again where the account holds something new by the time of booking', async () => {
    const { ports, applied } = world([['AAPL'], ['AAPL', 'MSFT']]);
    await applyDueActions(ports, PAPER, '2005-03-01');
    expect(applied.map(({ symbols }) => symbols.join(' '))).toEqual(['AAPL', 'AAPL MSFT']);
  });

  test('of a live source end with the day before until its session opens', async () => {
    const { ports, applied } = world([['AAPL']], { simulated: false });
    const early = { ...ports, clock: { now: () => new Date('2005-03-01T14:00:00Z') } };
    await applyDueActions(early, { ...PAPER, priceSource: 'yahoo' }, '2005-03-01');
    expect(applied).toMatchObject([{ through: '2005-02-28' }]);
  });

  test('are nobody’s business on a day that was applied already, or where a real broker keeps the account', async () => {
    const { ports, applied, asked } = world([['AAPL']]);
    await applyDueActions(ports, PAPER, '2005-02-24');
    await applyDueActions(ports, { ...PAPER, broker: 'ibkr' }, '2005-03-01');
    expect([applied, asked]).toEqual([[], []]);
  });

  test('are not booked while the source does not answer, and the day stays', async () => {
    const failure = new FoliosError('QUOTE_UNAVAILABLE', 'Yahoo is down');
    const { ports, applied } = world([['AAPL']], { actions: () => Promise.reject(failure) });
    await expect(applyDueActions(ports, PAPER, '2005-03-01')).rejects.toMatchObject({ code: 'QUOTE_UNAVAILABLE' });
    expect(applied).toEqual([]);
  });
});
