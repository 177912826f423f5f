import { sql, type Transaction } from 'kysely';
import { v5 as uuidV5 } from 'uuid';
import { newYorkTime } from '../../src/domain/market/calendar.ts';
import { dec, sum } from '../../src/domain/money/decimal.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import { OrderRole, OrderType, TimeInForce } from '../../src/domain/orders/order.ts';
import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import { isTerminal, OrderState } from '../../src/domain/orders/order-state.ts';
import type { ExecutionReport } from '../../src/ports/broker-session.ts';
import { orderIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson } from '../storable.ts';
import { lockAccount } from './accounts.ts';
import { openedAt } from './opening-books.ts';
import { changeOrder } from './order-moves.ts';
import { recordExecution } from './record-execution.ts';
import { ReportBatch } from './report-batch.ts';
import { readReported } from './reported-executions.ts';

/** Ends the key of a report that was adopted. */
export const ADOPTED = '/adopted';

/**
 * Books executions of orders that folios did not place: each becomes a fill of an external order, one per order and
 * instrument at the broker. Those from before the books were opened are in them already. News of the external orders.
 */
export async function adoptExternal(trx: Transaction<DB>, accountId: string, at: Date): Promise<readonly OrderNews[]> {
  await lockAccount(trx, accountId);
  const opened = await openedAt(trx, accountId);
  const fills = (await keptExecutions(trx, accountId)).filter((fill) => opened === null || fill.at > opened);
  const news: OrderNews[] = [];
  const byOrder = Map.groupBy(fills, refOf);
  for (const [orderRef, group] of byOrder) {
    await makeRoom(trx, accountId, orderRef, group, at);
    const reports = group.map((fill) => ({ ...fill, orderRef, key: `${fill.key}${ADOPTED}` }));
    const batch = new ReportBatch(trx, accountId, at);
    const { executions } = await readReported(trx, accountId, reports);
    for (const report of reports) await recordExecution(batch, report, executions);
    for (const one of await batch.finish()) if (one.kind === 'recorded' && one.news) news.push(one.news);
    await settleIfOver(trx, accountId, orderRef, at);
  }
  return news;
}

/** Executions that belong to no order of ours and were not adopted yet, oldest first. */
async function keptExecutions(trx: Transaction<DB>, accountId: string): Promise<readonly ExecutionReport[]> {
  const rows = await trx
    .selectFrom('order_events as e')
    .select('e.data')
    .where('e.account_id', '=', accountId)
    .where('e.kind', '=', 'execution')
    .where('e.outcome', '=', 'unmatched')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('order_events as a')
            .select('a.id')
            .whereRef('a.account_id', '=', 'e.account_id')
            .where(sql<boolean>`a.key = e.key || ${ADOPTED}`),
        ),
      ),
    )
    .orderBy('e.id')
    .execute();
  return rows.map(({ data }) => {
    const report = data as unknown as Omit<ExecutionReport, 'at'> & { readonly at: string };
    return { ...report, at: new Date(report.at) };
  });
}

function refOf({ brokerOrderId, execId, instrument }: ExecutionReport): string {
  return `external/${brokerOrderId ?? execId}/${instrumentKey(instrument)}`;
}

/** The external order of these fills, large enough for them. */
async function makeRoom(
  trx: Transaction<DB>,
  accountId: string,
  orderRef: string,
  fills: readonly ExecutionReport[],
  at: Date,
): Promise<void> {
  const wanted = sum(fills.map(({ quantity }) => dec(quantity)));
  const known = await new ReportBatch(trx, accountId, at).find(orderRef);
  if (known !== null) {
    const quantity = wanted.plus(known.progress.filledQuantity).toFixed();
    if (dec(quantity).gt(known.progress.quantity)) await changeOrder(trx, orderRef, { quantity }, at);
    return;
  }
  const [first] = fills;
  if (first) await insertExternal(trx, accountId, orderRef, first, wanted.toFixed(), at);
}

/** A ticket of one order whose type nobody told us: what counts of it is what was traded. */
async function insertExternal(
  trx: Transaction<DB>,
  accountId: string,
  orderRef: string,
  { instrument, side, brokerOrderId, at: tradedAt }: ExecutionReport,
  quantity: string,
  at: Date,
): Promise<void> {
  const ticketId = uuidV5(orderRef, accountId);
  const marketDate = newYorkTime(tradedAt.getTime()).day;
  const order = { tradable: instrument, side, quantity, type: OrderType.market, timeInForce: TimeInForce.day };
  await trx
    .insertInto('tickets')
    .values({
      id: ticketId,
      account_id: accountId,
      spec: storableJson({ kind: 'single', order }),
      market_date: marketDate,
      journaled_at: at,
    })
    .execute();
  await trx
    .insertInto('orders')
    .values({
      id: orderIdOf(orderRef),
      ticket_id: ticketId,
      account_id: accountId,
      order_ref: orderRef,
      position: 0,
      ticker: instrumentKey(instrument),
      tradable: storableJson(instrument),
      side,
      quantity,
      role: OrderRole.external,
      state: OrderState.accepted,
      state_reason: 'made outside folios, adopted from the broker',
      broker_order_id: brokerOrderId,
      market_date: marketDate,
      filled_quantity: '0',
      created_at: at,
      updated_at: at,
    })
    .execute();
}

async function settleIfOver(trx: Transaction<DB>, accountId: string, orderRef: string, at: Date): Promise<void> {
  const order = await new ReportBatch(trx, accountId, at).find(orderRef);
  if (!order || !isTerminal(order.progress.state)) return;
  await trx.updateTable('tickets').set({ settled_at: at }).where('id', '=', order.ticketId).execute();
}
