/** What a service shows to whoever watches it, in Prometheus's text format. */
export interface Metrics {
  readonly contentType: string;
  /** `route` is the pattern, such as `/api/v1/orders/:orderId`: a label per path would grow without end. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  render(): Promise<string>;
}
