/** What the adapter needs of a structured log; pino's loggers fit. */
export interface IbkrLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
