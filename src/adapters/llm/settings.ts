/** How one provider is reached. */
export interface ProviderSettings {
  readonly apiKey: string;
  /** Null means the vendor's own address, as its SDK knows it. */
  readonly baseUrl: string | null;
  /** Whether an emulator answers instead of the vendor. */
  readonly simulated: boolean;
  /** How long one HTTP exchange may take, its body included. */
  readonly timeoutMs?: number;
}

/** Control calls and uploads of a batch. */
export const BATCH_TIMEOUT_MS = 120_000;

/** One whole answer. Node's fetch gives up by itself after 300 s without headers; ours must be the first to end. */
export const ANSWER_TIMEOUT_MS = 290_000;
