import { type Kysely, sql } from 'kysely';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';

/** The order ids of one account's session: which were used, and which order has which. */
export function createBrokerOrderIds(db: Kysely<DB>, accountId: string) {
  return {
    floor: withTranslatedErrors({
      async read(): Promise<number> {
        const row = await db
          .selectFrom('broker_order_id_floors')
          .select('highest_id')
          .where('account_id', '=', accountId)
          .executeTakeFirst();
        return Number(row?.highest_id ?? 0);
      },
      async write(id: number): Promise<void> {
        await db
          .insertInto('broker_order_id_floors')
          .values({ account_id: accountId, highest_id: id })
          // A process that has lost the account without knowing it must not lower what its successor has used.
          .onConflict((conflict) =>
            conflict.column('account_id').doUpdateSet({
              highest_id: sql`greatest(broker_order_id_floors.highest_id, excluded.highest_id)`,
            }),
          )
          .execute();
      },
    }),
    orderIds: withTranslatedErrors({
      async save(entries: readonly { orderRef: string; orderId: number }[]): Promise<void> {
        if (entries.length === 0) return;
        await db
          .insertInto('broker_order_ids')
          .values(
            entries.map(({ orderRef, orderId }) => ({ account_id: accountId, order_ref: orderRef, order_id: orderId })),
          )
          .onConflict((conflict) =>
            conflict
              .columns(['account_id', 'order_ref'])
              .doUpdateSet((eb) => ({ order_id: eb.ref('excluded.order_id') })),
          )
          .execute();
      },
      async find(orderRef: string): Promise<number | null> {
        const row = await db
          .selectFrom('broker_order_ids')
          .select('order_id')
          .where('account_id', '=', accountId)
          .where('order_ref', '=', orderRef)
          .executeTakeFirst();
        return row === undefined ? null : Number(row.order_id);
      },
    }),
  };
}
