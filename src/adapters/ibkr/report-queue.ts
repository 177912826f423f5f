import type { BrokerReport } from '../../ports/broker-session.ts';
import { messageOf } from './failures.ts';
import type { IbkrLog } from './log.ts';

type Listener = (reports: readonly BrokerReport[]) => Promise<void>;

export interface ReportQueue {
  /** Hands a report to those who wait for it at once, and to the listeners after the reports before it. */
  publish(report: BrokerReport): void;
  /** Hears every report as it comes, until the returned function is called. */
  tap(listener: (report: BrokerReport) => void): () => void;
  onReports(listener: Listener): void;
  /** When everything published so far was handled. */
  drained(): Promise<void>;
}

/** Reports in the order in which they came; those of one message of the gateway come to a listener together. */
export function createReportQueue(log: IbkrLog): ReportQueue {
  const taps = new Set<(report: BrokerReport) => void>();
  const listeners: Listener[] = [];
  const handing = new Set<Promise<void>>();
  let waiting: BrokerReport[] = [];

  const hand = async (listener: Listener, reports: readonly BrokerReport[]) => {
    try {
      await listener(reports);
    } catch (error) {
      // The next statement brings them again.
      const keys = reports.map(({ key }) => key);
      log.error({ keys, error: messageOf(error) }, 'reports of the broker could not be journaled');
    }
  };
  const deliver = () => {
    const reports = waiting;
    waiting = [];
    for (const listener of listeners) {
      const handed = hand(listener, reports).finally(() => handing.delete(handed));
      handing.add(handed);
    }
  };

  return {
    publish(report) {
      for (const tap of [...taps]) tap(report);
      if (waiting.length === 0) queueMicrotask(deliver);
      waiting.push(report);
    },
    tap(listener) {
      taps.add(listener);
      return () => void taps.delete(listener);
    },
    onReports: (listener) => void listeners.push(listener),
    async drained() {
      // What was published just now is handed on in the next microtask.
      await Promise.resolve();
      await Promise.all(handing);
    },
  };
}
