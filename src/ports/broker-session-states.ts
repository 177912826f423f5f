import type { SessionState } from './broker-session.ts';
import type { Gateway } from './trading-accounts.ts';

/** How the session with an account's broker stands, as its holder told last. */
export interface BrokerSessionState {
  readonly accountId: string;
  readonly state: SessionState;
  /** The process that holds the session, as `host:pid`. */
  readonly holder: string;
  /** Null for the paper broker. */
  readonly gateway: Gateway | null;
  /** Since when it is in this state. */
  readonly since: Date;
  /** When its holder said so for the last time. */
  readonly renewedAt: Date;
}

export interface BrokerSessionStates {
  /** Notes how a session stands; the same again only renews it. */
  tell(state: Omit<BrokerSessionState, 'since' | 'renewedAt'>, at: Date): Promise<void>;
  /** By account. */
  list(): Promise<readonly BrokerSessionState[]>;
}
