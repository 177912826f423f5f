import { FoliosError } from '../../contracts/errors.ts';
import { ticketSpecSchema } from '../../contracts/schemas/ticket.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import { invalidTicket } from '../../service/ticket-problems.ts';

/** A basket of a hundred combinations fits. */
const MAX_FILE_LENGTH = 500_000;

/** A ticket from the text of a JSON file. INPUT_INVALID if it is no JSON, ORDER_INVALID with every mistake by its path. */
export function parseTicketFile(text: string, fileName: string): TicketSpec {
  if (text.length > MAX_FILE_LENGTH) {
    const message = `${fileName} has ${text.length} characters; at most ${MAX_FILE_LENGTH} are read`;
    throw new FoliosError('INPUT_INVALID', message);
  }
  const parsed = ticketSpecSchema.safeParse(readJson(text, fileName));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${wording(issue.message)}`);
  throw invalidTicket(fileName, problems);
}

function readJson(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FoliosError('INPUT_INVALID', `${fileName} is not JSON: ${reason}`, { path: fileName });
  }
}

/** `orders[2].limitPrice`; the document itself is `the ticket`. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 60)}`)).join('');
  return text === '' ? 'the ticket' : text.replace(/^\./, '');
}

function wording(message: string): string {
  return message.replace(/^Invalid input: expected \w+, received undefined$/, 'is missing').slice(0, 300);
}
