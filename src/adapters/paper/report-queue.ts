import type { BrokerReport } from '../../ports/broker-session.ts';
import { messageOf } from './failures.ts';
import type { PaperLog } from './paper-options.ts';

type Listener = (reports: readonly BrokerReport[]) => Promise<void>;

export interface ReportQueue {
  /** Hands reports to the listeners, after those before them. */
  publish(account: string, reports: readonly BrokerReport[]): void;
  /** The account's reports that a listener could not take; they are told again by publishing them. */
  failed(account: string): readonly BrokerReport[];
  /** Whether a report with this key is still on its way, or could not be taken. */
  isUntold(key: string): boolean;
  onReports(listener: Listener): void;
  /** When everything published so far was handled. */
  drained(): Promise<void>;
}

interface Entry {
  readonly account: string;
  readonly report: BrokerReport;
}

/**
 * Reports in the order in which they came. A listener writes down what it has before it sees more; what came meanwhile
 * comes to it together.
 */
export function createReportQueue(log: PaperLog): ReportQueue {
  const listeners: Listener[] = [];
  const untold = new Map<string, number>();
  const failed = new Map<string, Entry>();
  let waiting: Entry[] = [];
  let tail = Promise.resolve();

  const deliver = async () => {
    const entries = waiting;
    waiting = [];
    if (entries.length === 0) return;
    const reports = entries.map(({ report }) => report);
    try {
      for (const listener of listeners) await listener(reports);
      for (const { key } of reports) failed.delete(key);
    } catch (error) {
      // The next statement brings them again; the reports behind them must not wait for that.
      for (const entry of entries) failed.set(entry.report.key, entry);
      const keys = reports.map(({ key }) => key);
      log.error({ keys, error: messageOf(error) }, 'reports of the paper broker could not be journaled');
    }
    for (const { key } of reports) {
      const left = (untold.get(key) ?? 1) - 1;
      if (left === 0) untold.delete(key);
      else untold.set(key, left);
    }
  };

  return {
    publish(account, reports) {
      for (const report of reports) {
        untold.set(report.key, (untold.get(report.key) ?? 0) + 1);
        waiting.push({ account, report });
      }
      tail = tail.then(deliver);
    },
    failed: (account) => [...failed.values()].filter((entry) => entry.account === account).map(({ report }) => report),
    isUntold: (key) => untold.has(key) || failed.has(key),
    onReports: (listener) => void listeners.push(listener),
    drained: () => tail,
  };
}
