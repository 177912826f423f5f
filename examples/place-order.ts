/**
 * Places an order and follows it to its end, as the whole of a program of your own.
 * Run it while `npm start` is up: `npx node examples/place-order.ts <account id> [symbol] [quantity]`. Opening an account
 * prints its id: `npm run folios -- account open demo --balance 100000 --json`.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { createFoliosClient } from 'folios/client';

const [accountId = '', symbol = 'KO', quantity = '10'] = process.argv.slice(2);
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const folios = createFoliosClient(new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' }));

// Keep the id where a crash does not reach it: starting again with the same one joins the ticket.
const ticketId = randomUUID();
const handle = await folios.startTicket({
  ticketId,
  accountId,
  ticket: {
    kind: 'single',
    order: { tradable: { kind: 'stock', symbol }, side: 'BUY', quantity, type: 'MARKET', timeInForce: 'DAY' },
  },
});
for (const { orderRef, state, filledQuantity, averageFillPrice, stateReason } of (await handle.result()).orders) {
  console.log(`${orderRef}: ${state}, ${filledQuantity} at ${averageFillPrice ?? 'no price'} ${stateReason ?? ''}`);
}
await connection.close();
