import type { LiveSession } from './live-session.ts';
import type { OrderNews } from './order-events.ts';

/** What became of a message about one order. */
export type OrderAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** No word within the deadline, or the connection ended first: nobody knows. */
  | { readonly kind: 'silent'; readonly reason: string };

export interface AnswerWatch<T> {
  readonly answer: Promise<OrderAnswer<T>>;
  /** Starts the deadline: a message that waits its turn is not unanswered yet. */
  sent(): void;
  /** Ends the wait where nothing was sent. */
  stop(): void;
}

/**
 * Waits for the answer about an order from now on: `judge` sees each piece of news and returns the answer once it is
 * one, or `later(value, ms)` for one that stands unless more is heard in time.
 */
export function watchForAnswer<T>(
  live: LiveSession,
  orderId: number,
  judge: (news: OrderNews, later: (value: T, delayMs: number) => void) => T | null,
): AnswerWatch<T> {
  const undo: (() => void)[] = [];
  let settle: (answer: OrderAnswer<T>) => void = () => undefined;
  const answer = new Promise<OrderAnswer<T>>((resolve) => {
    settle = (value) => {
      for (const one of undo.splice(0)) one();
      resolve(value);
    };
  });
  const silent = (reason: string) => settle({ kind: 'silent', reason });
  const later = (value: T, delayMs: number) =>
    void undo.push(live.timers.after(delayMs, () => settle({ kind: 'answered', value })));

  undo.push(
    live.events.watch(orderId, (news) => {
      const value = judge(news, later);
      if (value !== null) settle({ kind: 'answered', value });
    }),
  );
  undo.push(live.connection.onClosed((reason) => silent(`the connection ended: ${reason.message}`)));
  const { answerMs } = live.deadlines;
  return {
    answer,
    sent: () => void undo.push(live.timers.after(answerMs, () => silent(`no answer within ${answerMs} ms`))),
    stop: () => silent('not sent'),
  };
}
