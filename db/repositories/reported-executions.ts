import { sql, type Transaction } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { Dec } from '../../src/domain/money/decimal.ts';
import type { Instrument } from '../../src/domain/orders/instrument.ts';
import type { ReportedFill } from '../../src/domain/orders/order-progress-fill.ts';
import type { BrokerReport, CommissionReport } from '../../src/ports/broker-session.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { commissionProblem } from './commission-amount.ts';

/** An execution as it was booked. */
export interface BookedExecution extends ReportedFill {
  readonly orderId: string;
}

interface Paid {
  readonly orderRef: string;
  readonly commissionUsd: string;
}

/** What is known of the executions that the reports of one transaction tell of: booked before, in it, and their costs. */
export class ReportedExecutions {
  readonly #booked: Map<string, BookedExecution>;
  /** Executions of which a commission was told first. */
  readonly #early: Set<string>;
  readonly #coming: ReadonlyMap<string, CommissionReport>;
  readonly #paid = new Map<string, Paid>();

  constructor(booked: ReadonlyMap<string, BookedExecution>, early: Iterable<string>, reports: readonly BrokerReport[]) {
    this.#booked = new Map(booked);
    this.#early = new Set(early);
    this.#coming = commissionsBehind(reports);
  }

  /** Null where it is not booked yet. */
  booked(execId: string): BookedExecution | null {
    return this.#booked.get(storableText(execId)) ?? null;
  }

  book(execId: string, booked: BookedExecution): void {
    this.#booked.set(storableText(execId), booked);
  }

  /** Whether a commission was journaled before its execution. */
  isPaidEarly(execId: string): boolean {
    return this.#early.has(storableText(execId));
  }

  payEarly(execId: string): void {
    this.#early.add(storableText(execId));
  }

  /** What it will be told to cost, by a report behind it, in plain digits; null for none. */
  commissionBehind(execId: string): string | null {
    const report = this.#coming.get(execId);
    return report === undefined ? null : new Dec(report.commissionUsd).toFixed();
  }

  pay(execId: string, paid: Paid): void {
    this.#paid.set(execId, paid);
  }

  /** What was booked with the execution in this transaction; null for nothing. */
  paidFor(execId: string): Paid | null {
    return this.#paid.get(execId) ?? null;
  }
}

/** The first commission that can be booked of each execution, where the same reports tell of it after the execution. */
function commissionsBehind(reports: readonly BrokerReport[]): ReadonlyMap<string, CommissionReport> {
  const executed = new Set<string>();
  const coming = new Map<string, CommissionReport>();
  for (const report of reports) {
    if (report.kind === 'execution') executed.add(report.execId);
    if (report.kind !== 'commission' || !executed.has(report.execId) || coming.has(report.execId)) continue;
    if (commissionProblem(report.commissionUsd) === null) coming.set(report.execId, report);
  }
  return coming;
}

/** What the journal knows before these reports: which of their keys, and their executions. One look. */
export async function readReported(
  trx: Transaction<DB>,
  accountId: string,
  reports: readonly BrokerReport[],
): Promise<{ readonly journaled: ReadonlySet<string>; readonly executions: ReportedExecutions }> {
  const keys = new Map(reports.map(({ key }) => [storableText(key), key]));
  const execIds = reports.flatMap((report) => (report.kind === 'execution' ? [storableText(report.execId)] : []));
  const known = await trx
    .selectNoFrom((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('order_events')
          .select('key')
          .where('account_id', '=', accountId)
          .where(sql<boolean>`key = any(${[...keys.keys()]}::text[])`),
      ).as('keys'),
      jsonArrayFrom(
        eb
          .selectFrom('executions')
          .select(['exec_id as execId', 'order_id as orderId', 'ticker', 'instrument', 'side'])
          .select([sql<string>`quantity::text`.as('quantity'), sql<string>`price::text`.as('price')])
          .where(sql<boolean>`exec_id = any(${execIds}::text[])`),
      ).as('booked'),
      jsonArrayFrom(
        eb
          .selectFrom('order_events')
          .select(sql<string>`data ->> 'execId'`.as('execId'))
          .where('account_id', '=', accountId)
          .where('kind', '=', 'commission')
          .where(sql<boolean>`data ->> 'execId' = any(${execIds}::text[])`)
          .where('outcome', '=', 'unmatched'),
      ).as('early'),
    ])
    .executeTakeFirstOrThrow();
  const journaled = new Set(known.keys.map(({ key }) => keys.get(key) ?? key));
  const booked = known.booked.map(({ execId, ticker, instrument, ...of }) => {
    const traded: Instrument = instrument ?? { kind: 'stock', symbol: ticker };
    return [execId, { ...of, instrument: traded }] as const;
  });
  const fresh = reports.filter(({ key }) => !journaled.has(key));
  const early = known.early.map(({ execId }) => execId);
  return { journaled, executions: new ReportedExecutions(new Map(booked), early, fresh) };
}
