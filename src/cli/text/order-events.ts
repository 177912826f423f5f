import { formatUsd } from '../../domain/money/decimal.ts';
import type { OrderEventRecord } from '../../ports/order-journal.ts';
import { formatPrice, formatQuantity } from '../../service/text/amounts.ts';

type EventData = OrderEventRecord['data'];

const SOURCES: Readonly<Record<string, string>> = {
  gate: 'risk gate',
  status: 'broker',
  execution: 'broker',
  commission: 'broker',
};

/** Who says what an event tells: folios itself, its risk gate, or the broker. */
export function eventSource({ kind }: OrderEventRecord): string {
  return SOURCES[kind] ?? 'folios';
}

/** What an event tells, in a few words. The journal keeps whole reports, whose parts may be absent. */
export function eventText({ kind, data }: OrderEventRecord): string {
  switch (kind) {
    case 'intent':
      return 'intent committed, nothing sent yet';
    case 'gate':
      return gateText(data);
    case 'submission':
      return submissionText(data);
    case 'status':
      return withReason(wordOf(data, 'brokerStatus') ?? wordOf(data, 'event') ?? 'a status', data);
    case 'execution':
      return executionText(data);
    case 'commission':
      return `commission ${amountOf(data, 'commissionUsd', formatUsd)} USD of ${wordOf(data, 'execId') ?? '?'}`;
    default:
      return withReason((wordOf(data, 'what') ?? wordOf(data, 'event') ?? kind) + changeText(data), data);
  }
}

function gateText(data: EventData): string {
  const denial = wordOf(data, 'denial');
  return denial === null ? 'allowed' : `denied: ${denial}`;
}

function submissionText(data: EventData): string {
  const submission = data.submission;
  const isAgain = typeof submission === 'number' && submission > 1;
  return isAgain ? `given to the broker again (${submission}), after its absence was proven` : 'given to the broker';
}

function executionText(data: EventData): string {
  const quantity = amountOf(data, 'quantity', formatQuantity);
  const corrects = wordOf(data, 'correctsExecId');
  const which = corrects === null ? '' : `, corrects ${corrects}`;
  return `${wordOf(data, 'side') ?? ''} ${quantity} at ${amountOf(data, 'price', formatPrice)}${which}`.trim();
}

/** What a note says of new prices or a new quantity: ` (limit 60.25, quantity 50)`. */
function changeText(data: EventData): string {
  const changes = [
    ['limitPrice', 'limit', formatPrice],
    ['stopPrice', 'stop', formatPrice],
    ['quantity', 'quantity', formatQuantity],
  ] as const;
  const told = changes.filter(([name]) => wordOf(data, name) !== null);
  return told.length === 0
    ? ''
    : ` (${told.map(([name, word, format]) => `${word} ${amountOf(data, name, format)}`).join(', ')})`;
}

function withReason(what: string, data: EventData): string {
  const by = wordOf(data, 'by');
  const reason = wordOf(data, 'reason');
  return `${what}${by === null ? '' : ` by ${by}`}${reason === null ? '' : `: ${reason}`}`;
}

function wordOf(data: EventData, name: string): string | null {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Amounts come from a broker: what is no number is shown as it was told. */
function amountOf(data: EventData, name: string, format: (amount: string) => string): string {
  const value = wordOf(data, name) ?? '?';
  return /^-?\d+(\.\d+)?$/.test(value) ? format(value) : value;
}
