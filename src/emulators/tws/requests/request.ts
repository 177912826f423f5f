import type { Connection } from '../session/connection.ts';
import type { Desk } from '../session/desk.ts';
import type { FieldReader } from '../wire/field-reader.ts';

/** One request of a client; the reader stands behind the message id. */
export interface Request {
  readonly desk: Desk;
  readonly connection: Connection;
  readonly clientId: number;
  readonly reader: FieldReader;
}

export type Handler = (request: Request) => void | Promise<void>;

/** Skips the version field that older messages carry. */
export function skipVersion(reader: FieldReader): void {
  reader.text();
}
