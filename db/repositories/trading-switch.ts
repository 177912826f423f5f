import type { Kysely } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import { AlertKind, type NewAlert, Severity } from '../../src/domain/alerts/alert.ts';
import { strictestMode, TradingMode } from '../../src/domain/orders/trading-mode.ts';
import type { TradingModeChange, TradingSwitch } from '../../src/ports/trading-switch.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { raiseAlert } from './raise-alert.ts';

/** Binds the kill switch's port to a database. */
export function createTradingSwitch(db: Kysely<DB>): TradingSwitch {
  return withTranslatedErrors<TradingSwitch>({
    async set({ accountId, mode, reason, by, at }) {
      if (accountId !== null && !isUuid(accountId)) throw noAccount(accountId);
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('trading_mode_changes')
          .values({
            account_id: accountId,
            mode,
            reason: storableText(reason),
            changed_by: storableText(by),
            changed_at: at,
          })
          .execute();
        await raiseAlert(trx, turnAlert({ accountId, mode, reason, by, at }));
      });
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

/** A turn of the switch is told by whoever turned it, and to everybody else by its alert. */
function turnAlert({ accountId, mode, reason, by, at }: TradingModeChange): NewAlert {
  const isResumed = mode === TradingMode.normal;
  return {
    kind: AlertKind.switchTurned,
    severity: isResumed ? Severity.warning : Severity.critical,
    subject: `trading is ${isResumed ? 'resumed' : mode.replace('_', '-')} for ${accountId === null ? 'all accounts' : 'an account'}`,
    text: `${by}: ${reason}`,
    ...{ strategyId: null, accountId, workflowId: null },
    dedupeKey: `switch_turned/${accountId ?? 'all'}/${mode}`,
    at,
  };
}

function noAccount(accountId: string): FoliosError {
  return new FoliosError('TICKET_CONFLICT', `no portfolio account has the id ${accountId}`, { accountId });
}
