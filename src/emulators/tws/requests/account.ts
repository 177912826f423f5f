import type { AccountBook } from '../book/account-book.ts';
import { sendAccount, sendPosition, sendProfits, sendSummary } from './account-messages.ts';
import { accountValues } from './account-values.ts';
import { type Handler, type Request, skipVersion } from './request.ts';

/** The account that a request names; the only or first one where it names none. Error 321 where there is no such account. */
function accountOf({ desk, connection }: Request, name: string, requestId: number): AccountBook | null {
  const known = name === '' ? [...desk.store.accounts.keys()][0] : name;
  const book = desk.store.accounts.get(known ?? '') ?? null;
  if (book === null) connection.error(requestId, 321, "Error validating request.-'bI' : cause - Invalid account code");
  return book;
}

/** Message 61: positions now and whenever they change. */
export const positions: Handler = ({ desk, connection }) => {
  connection.subscriptions.positions = true;
  for (const book of desk.store.accounts.values()) {
    for (const position of book.positions.values()) {
      if (!position.quantity.isZero()) sendPosition(connection, book.account, position);
    }
  }
  connection.send(['62', '1']);
};

/** Message 64. */
export const cancelPositions: Handler = ({ connection }) => {
  connection.subscriptions.positions = false;
};

/** Message 62. */
export const accountSummary: Handler = ({ desk, connection, reader }) => {
  skipVersion(reader);
  const requestId = reader.int();
  reader.text(); // the group: every account is in `All`
  const tags = reader.text().split(',');
  if (!connection.subscriptions.summaries.has(requestId) && connection.subscriptions.summaries.size >= 2) {
    connection.error(requestId, 322, 'Error processing request: Maximum number of account summary requests exceeded');
    return;
  }
  connection.subscriptions.summaries.set(requestId, { tags });
  sendSummary(desk, connection, requestId, tags);
  connection.send(['64', '1', String(requestId)]);
};

/** Message 63. */
export const cancelAccountSummary: Handler = ({ connection, reader }) => {
  skipVersion(reader);
  connection.subscriptions.summaries.delete(reader.int());
};

/** Message 6. */
export const accountUpdates: Handler = (request) => {
  const { desk, connection, reader } = request;
  skipVersion(reader);
  const isWanted = reader.flag();
  const book = accountOf(request, reader.text(), -1);
  if (book === null) return;
  connection.subscriptions.account = isWanted ? book.account : null;
  if (!isWanted) return;
  sendAccount(desk, connection, book, new Set());
  connection.send(['54', '1', book.account]);
};

/** Message 76: the values once; TWS would go on. */
export const accountUpdatesMulti: Handler = (request) => {
  const { desk, connection, reader } = request;
  skipVersion(reader);
  const requestId = reader.int();
  const wanted = reader.text();
  const model = reader.text();
  const book = accountOf(request, wanted, requestId);
  if (book === null) return;
  for (const { tag, value, currency } of accountValues(desk, book)) {
    connection.send(['73', '1', String(requestId), book.account, model, tag, value, currency]);
  }
  connection.send(['74', '1', String(requestId)]);
};

/** Message 92. */
export const profits: Handler = (request) => subscribeProfits(request, false);

/** Message 94. */
export const profitsOfContract: Handler = (request) => subscribeProfits(request, true);

function subscribeProfits(request: Request, ofContract: boolean): void {
  const { desk, connection, reader } = request;
  const requestId = reader.int();
  const book = accountOf(request, reader.text(), requestId);
  reader.text(); // the model
  const conId = ofContract ? reader.int() : null;
  if (book === null) return;
  connection.subscriptions.profits.set(requestId, { account: book.account, conId });
  sendProfits(desk, connection, requestId, book, conId);
}

/** Messages 93 and 95. */
export const cancelProfits: Handler = ({ connection, reader }) => {
  connection.subscriptions.profits.delete(reader.int());
};
