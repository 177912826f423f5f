import type { Kysely } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { strictestMode, TradingMode } from '../../src/domain/orders/trading-mode.ts';
import type { TradingModeChange, TradingSwitch } from '../../src/ports/trading-switch.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

/** Binds the kill switch's port to a database. */
export function createTradingSwitch(db: Kysely<DB>): TradingSwitch {
  return withTranslatedErrors<TradingSwitch>({
    async set({ accountId, mode, reason, by, at }) {
      if (accountId !== null && !isUuid(accountId)) throw noAccount(accountId);
      await db
        .insertInto('trading_mode_changes')
        .values({
          account_id: accountId,
          mode,
          reason: storableText(reason),
          changed_by: storableText(by),
          changed_at: at,
        })
        .execute();
    },
    async restrictionOf(accountId) {
      const inForce = await listInForce(db, accountId);
      const strictest = strictestMode(inForce.map(({ mode }) => mode));
      return inForce.find(({ mode }) => mode === strictest) ?? null;
    },
    listRestrictions: () => listInForce(db),
  });
}

/** The newest turn of each scope, or of those that concern one account, where it restricts; that of all accounts first. */
async function listInForce(db: Kysely<DB>, accountId?: string): Promise<readonly TradingModeChange[]> {
  const newest = await db
    .selectFrom('trading_mode_changes')
    .$if(accountId !== undefined, (query) =>
      query.where((where) => where.or([where('account_id', 'is', null), where('account_id', '=', accountId ?? null)])),
    )
    .distinctOn('account_id')
    .select(['account_id as accountId', 'mode', 'reason', 'changed_by as by', 'changed_at as at'])
    .orderBy('account_id', (order) => order.asc().nullsFirst())
    .orderBy('id', 'desc')
    .execute();
  return newest.filter(({ mode }) => mode !== TradingMode.normal);
}

function noAccount(accountId: string): FoliosError {
  return new FoliosError('TICKET_CONFLICT', `no portfolio account has the id ${accountId}`, { accountId });
}
