import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SingleTicket } from '../../src/domain/orders/ticket.ts';
import type { SimulatorLedger } from '../../src/emulators/tws/control/ledger.ts';
import type { Stand } from './stand.ts';

/** The account that the TWS simulator has when nobody names others. */
const TWS_ACCOUNT = 'DU1000001';
const MAX_WAIT_MS = 30_000;
const KO = { kind: 'stock', symbol: 'KO' } as const;

/** Opens an account, waits until its desk has opened its books, and buys what the tickets to come will sell. */
export async function openTradingAccount(stand: Stand, broker: 'paper' | 'ibkr'): Promise<string> {
  const { accounts, journal } = stand.service.services;
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const shared = { name, priceSource: 'replay', openedOn: stand.config.replayStart } as const;
  const { accountId } = await accounts.open(
    broker === 'paper'
      ? { ...shared, broker, initialBalanceUsd: '1000000' }
      : { ...shared, broker, brokerAccount: TWS_ACCOUNT, initialBalanceUsd: '0' },
    new Date(),
  );
  const began = performance.now();
  while (Number((await journal.exposure(accountId, new Date())).cashUsd) === 0) {
    if (performance.now() - began > MAX_WAIT_MS) throw new Error('the books of the account were not opened');
    await sleep(50);
  }
  const order = { tradable: KO, side: 'BUY', quantity: '1000', type: 'MARKET', timeInForce: 'DAY' } as const;
  await runTicket(stand, accountId, { kind: 'single', order });
  return accountId;
}

/** Ever new orders that fill at once, buys and sells in turns, no two of the same intent; a sale is never short. */
export function createTickets(referencePrice: number): () => SingleTicket {
  let n = 0;
  return () => {
    n += 1;
    const isBuy = n % 2 === 1;
    const cents = Math.floor(n / 2) % 500;
    const limitPrice = (referencePrice + (isBuy ? 1 : -1) * (1 + cents / 100)).toFixed(2);
    return {
      kind: 'single',
      order: {
        tradable: KO,
        ...{ side: isBuy ? 'BUY' : 'SELL', quantity: '1', type: 'LIMIT', timeInForce: 'DAY', limitPrice },
      },
    };
  };
}

/** Starts a ticket and waits until it has settled with its order filled; its id. */
export async function runTicket({ folios }: Stand, accountId: string, ticket: SingleTicket): Promise<string> {
  const ticketId = randomUUID();
  const { orders } = await (await folios.startTicket({ ticketId, accountId, ticket })).result();
  const unfilled = orders.find(({ state }) => state !== 'FILLED');
  if (unfilled) throw new Error(`a ticket was not filled: ${JSON.stringify(unfilled)}`);
  return ticketId;
}

export async function simulatorLedger({ config }: Stand): Promise<SimulatorLedger> {
  const response = await fetch(`http://127.0.0.1:${config.ports.twsControl}/_control/ledger`);
  return (await response.json()) as SimulatorLedger;
}
