import type { Transaction } from 'kysely';
import type { NewAlert } from '../../src/domain/alerts/alert.ts';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import { EventOutcome, type RecordedReport } from '../../src/ports/order-journal.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { appendEvents, type NewEvent } from './journal-events.ts';
import { type JournaledOrder, journaledOrders, newsOf, orderOf, saveProgress } from './journal-orders.ts';
import { keptAlert, orderAlerts } from './order-alerts.ts';
import { raiseAlerts } from './raise-alert.ts';

interface Draft {
  /** Null for a report that was journaled before. */
  readonly event: NewEvent | null;
  readonly answer: (eventId: number) => RecordedReport;
}

/**
 * The reports of one transaction, which has their account locked. Nobody else moves its orders, so that each is read once,
 * and written with the events when all reports were looked at.
 */
export class ReportBatch {
  readonly trx: Transaction<DB>;
  readonly accountId: string;
  readonly recordedAt: Date;
  readonly #orders = new Map<string, JournaledOrder | null>();
  readonly #moved = new Map<string, JournaledOrder>();
  readonly #alerts: NewAlert[] = [];
  #drafts: Draft[] = [];
  readonly #answers: RecordedReport[] = [];

  constructor(trx: Transaction<DB>, accountId: string, recordedAt: Date) {
    this.trx = trx;
    this.accountId = accountId;
    this.recordedAt = recordedAt;
  }

  /** Reads the orders with these references together; the empty one is nobody's. */
  async load(orderRefs: readonly string[]): Promise<void> {
    const refs = [...new Set(orderRefs)].filter((ref) => ref !== '' && !this.#orders.has(ref));
    if (refs.length === 0) return;
    const texts = refs.map((ref) => storableText(ref));
    const rows = await journaledOrders(this.trx).where('o.order_ref', 'in', texts).execute();
    const found = new Map(rows.map((row) => [row.order_ref, orderOf(row)]));
    for (const ref of refs) {
      const order = found.get(storableText(ref));
      this.#orders.set(ref, order?.accountId === this.accountId ? order : null);
    }
  }

  /** Null for a reference that is none of the account's. */
  async find(orderRef: string): Promise<JournaledOrder | null> {
    await this.load([orderRef]);
    return this.#orders.get(orderRef) ?? null;
  }

  /** Null for an order of another account. */
  async findById(orderId: string): Promise<JournaledOrder | null> {
    const known = [...this.#orders.values()].find((order) => order?.orderId === orderId);
    if (known) return known;
    const row = await journaledOrders(this.trx).where('o.id', '=', orderId).executeTakeFirst();
    return row?.account_id === this.accountId ? orderOf(row) : null;
  }

  move(order: JournaledOrder): void {
    const before = this.#orders.get(order.planned.orderRef)?.progress.state ?? null;
    this.#alerts.push(...orderAlerts(order, before, this.recordedAt));
    this.#orders.set(order.planned.orderRef, order);
    this.#moved.set(order.orderId, order);
  }

  /** The report was booked, or said what was known; its order's ticket is to be told. `order` as it is now. */
  applied(report: BrokerReport, order: JournaledOrder): void {
    const shared = {
      kind: 'recorded',
      outcome: EventOutcome.applied,
      problem: null,
      ticketId: order.ticketId,
    } as const;
    this.#draft(report, order, null, true, (eventId) => ({ ...shared, news: newsOf(order, eventId) }));
  }

  /** The report moves no order, such as a commission: there is nothing to tell. */
  quietly(report: BrokerReport, order: JournaledOrder): void {
    const { ticketId } = order;
    const answer = { kind: 'recorded', outcome: EventOutcome.applied, problem: null, ticketId, news: null } as const;
    this.#draft(report, order, null, false, () => answer);
  }

  /** The report contradicts its order or cannot be booked: it is kept. */
  refused(report: BrokerReport, order: JournaledOrder | null, problem: string): void {
    const kept = { outcome: EventOutcome.refused, problem };
    const answer = { kind: 'recorded', ...kept, ticketId: order?.ticketId ?? null, news: null } as const;
    this.#draft(report, order, kept, false, () => answer);
  }

  /** The report belongs to no order of the account: it is kept. */
  unmatched(report: BrokerReport, problem: string): void {
    const kept = { outcome: EventOutcome.unmatched, problem };
    this.#draft(report, null, kept, false, () => ({ kind: 'recorded', ...kept, ticketId: null, news: null }));
  }

  repeated(): void {
    this.#drafts.push({ event: null, answer: () => ({ kind: 'repeated' }) });
  }

  /** Writes what is left to write; an answer for each report. */
  async finish(): Promise<readonly RecordedReport[]> {
    await this.write();
    return this.#answers;
  }

  /** Writes what happened since the last time. */
  async write(): Promise<void> {
    for (const order of this.#moved.values()) await saveProgress(this.trx, order, this.recordedAt);
    this.#moved.clear();
    const drafts = this.#drafts;
    this.#drafts = [];
    const ids = await appendEvents(
      this.trx,
      drafts.flatMap(({ event }) => event ?? []),
    );
    let next = 0;
    for (const { event, answer } of drafts) this.#answers.push(answer(event === null ? 0 : (ids[next++] ?? 0)));
    await raiseAlerts(this.trx, this.#alerts.splice(0));
  }

  #draft(
    report: BrokerReport,
    order: JournaledOrder | null,
    kept: NewEvent['kept'],
    isNews: boolean,
    answer: Draft['answer'],
  ): void {
    const { accountId, recordedAt } = this;
    const { key, kind, at } = report;
    const state = order?.progress.state ?? null;
    const event = { accountId, order, key, kind, kept, state, data: report, at, recordedAt, isNews };
    if (kept !== null) this.#alerts.push(keptAlert(event, kept.problem));
    this.#drafts.push({ event, answer });
  }
}
