import type { DirectCall, HttpCall } from './state.ts';

const KEPT_HTTP_CALLS = 1000;
const KEPT_DIRECT_CALLS = 5000;

/** What an emulator took, bounded so that a long run does not fill the memory; the counters count everything. */
export class CallLog {
  #http: HttpCall[] = [];
  #direct: DirectCall[] = [];
  #directCount = 0;
  #byOperation: Record<string, number> = {};

  addHttp(call: HttpCall): void {
    this.#http.push(call);
    if (this.#http.length > 2 * KEPT_HTTP_CALLS) this.#http = this.#http.slice(-KEPT_HTTP_CALLS);
  }

  count(operation: string): void {
    this.#byOperation[operation] = (this.#byOperation[operation] ?? 0) + 1;
  }

  addDirect(call: DirectCall): void {
    this.#directCount += 1;
    this.#direct.push(call);
    if (this.#direct.length > 2 * KEPT_DIRECT_CALLS) this.#direct = this.#direct.slice(-KEPT_DIRECT_CALLS);
  }

  clear(): void {
    this.#http = [];
    this.#direct = [];
    this.#directCount = 0;
    this.#byOperation = {};
  }

  http(): readonly HttpCall[] {
    return this.#http.slice(-KEPT_HTTP_CALLS);
  }

  direct(): readonly DirectCall[] {
    return this.#direct.slice(-KEPT_DIRECT_CALLS);
  }

  directCount(): number {
    return this.#directCount;
  }

  byOperation(): Readonly<Record<string, number>> {
    return { ...this.#byOperation };
  }
}
