import type { BrokerReport } from '../../ports/broker-session.ts';
import { messageOf } from './failures.ts';
import type { PaperLog } from './paper-options.ts';

export interface ReportQueue {
  /** Hands reports to the listeners, after those before them. */
  publish(account: string, reports: readonly BrokerReport[]): void;
  /** The account's reports that a listener could not take; they are told again by publishing them. */
  failed(account: string): readonly BrokerReport[];
  /** Whether a report with this key is still on its way, or could not be taken. */
  isUntold(key: string): boolean;
  onReport(listener: (report: BrokerReport) => Promise<void>): void;
  /** When everything published so far was handled. */
  drained(): Promise<void>;
}

interface Entry {
  readonly account: string;
  readonly report: BrokerReport;
}

/** Reports in the order in which they came, one at a time: a listener writes each down before it sees the next. */
export function createReportQueue(log: PaperLog): ReportQueue {
  const listeners: ((report: BrokerReport) => Promise<void>)[] = [];
  const untold = new Map<string, number>();
  const failed = new Map<string, Entry>();
  let tail = Promise.resolve();

  const deliver = async (entry: Entry) => {
    const { report } = entry;
    try {
      for (const listener of listeners) await listener(report);
      failed.delete(report.key);
    } catch (error) {
      // The next statement brings it again; the reports behind it must not wait for that.
      failed.set(report.key, entry);
      log.error({ key: report.key, error: messageOf(error) }, 'a report of the paper broker could not be journaled');
    }
    const left = (untold.get(report.key) ?? 1) - 1;
    if (left === 0) untold.delete(report.key);
    else untold.set(report.key, left);
  };

  return {
    publish(account, reports) {
      for (const report of reports) {
        untold.set(report.key, (untold.get(report.key) ?? 0) + 1);
        tail = tail.then(() => deliver({ account, report }));
      }
    },
    failed: (account) => [...failed.values()].filter((entry) => entry.account === account).map(({ report }) => report),
    isUntold: (key) => untold.has(key) || failed.has(key),
    onReport: (listener) => void listeners.push(listener),
    drained: () => tail,
  };
}
