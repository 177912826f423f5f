/** Which request of whom; a key means something to one principal at one operation only. */
export interface RequestKey {
  readonly principal: string;
  readonly operation: string;
  readonly key: string;
}

export interface KeptAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type ClaimedRequest =
  | { readonly kind: 'first' }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  | { readonly kind: 'other_request' }
  | { readonly kind: 'in_progress' };

/** The answers to requests that may be repeated, kept until they are old. */
export interface IdempotencyKeys {
  /**
   * Takes the key for a request with this hash. What began before `abandonedBefore` and never was answered, because its
   * process died, may be begun again; what was claimed before `forgottenBefore` is as if it never was.
   */
  claim(
    key: RequestKey,
    requestSha256: string,
    times: { readonly at: Date; readonly abandonedBefore: Date; readonly forgottenBefore: Date },
  ): Promise<ClaimedRequest>;
  answer(key: RequestKey, answer: KeptAnswer): Promise<void>;
  /** Gives the key back: the request changed nothing and may be made again. */
  release(key: RequestKey): Promise<void>;
  /** How many were forgotten. */
  forget(before: Date): Promise<number>;
}
