import type { AlertKind, NewAlert, Severity } from '../domain/alerts/alert.ts';
import type { TellableAlert } from '../domain/alerts/message.ts';

/** An alert as it is kept, with the names of what it is about. */
export interface AlertRecord extends TellableAlert {
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: Date | null;
}

/** Which alerts; whatever is absent or null restricts nothing. */
export interface AlertFilter {
  readonly acknowledged?: boolean;
  readonly kind?: AlertKind;
  readonly severity?: Severity;
  /** Only what belongs to one of these, for somebody who does not see everything. */
  readonly seenBy?: { readonly strategies: ReadonlySet<string>; readonly accounts: ReadonlySet<string> } | null;
  /** Tests of channels as well. */
  readonly withTests?: boolean;
  /** Only what comes after this one in the list. */
  readonly after?: { readonly firstSeenAt: Date; readonly alertId: string } | null;
  readonly limit: number;
}

/** What needs a person to know. An alert is written where the thing happens; telling it is a matter of its own. */
export interface AlertBooks {
  /** Keeps an alert, or counts it where its key was seen within its kind's window. */
  raise(alert: NewAlert): Promise<void>;
  /** Newest first. */
  list(filter: AlertFilter): Promise<readonly AlertRecord[]>;
  find(alertId: string): Promise<AlertRecord | null>;
  /** Alerts that nobody has acknowledged, by severity. */
  countOpen(): Promise<Readonly<Record<Severity, number>>>;
  /** Notes that somebody has seen it, once; null where there is no such alert. */
  acknowledge(alertId: string, by: string, at: Date): Promise<AlertRecord | null>;
  /** Whether the newest alert about the account's connection says that it is lost. */
  isConnectionLost(accountId: string): Promise<boolean>;
  /** Whether there ever was an alert with one of these keys. */
  isRaised(dedupeKeys: readonly string[]): Promise<boolean>;
}

/** Where one alert stands with one channel. */
export interface DeliveryRecord {
  readonly alertId: string;
  readonly channelId: string;
  readonly state: 'waiting' | 'sent' | 'given_up' | 'dropped';
  /** When the delivery was planned. */
  readonly plannedAt: Date;
  /** How many of the alert's occurrences were told. */
  readonly toldCount: number;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly sentAt: Date | null;
}

/** The way of alerts to their channels: planned once, then followed by a workflow each. */
export interface AlertDeliveries {
  /** Decides for alerts that were not looked at yet which channels tell them; how many alerts there were. */
  plan(ownedBy: (ownerId: string) => Promise<OwnedIds>, at: Date): Promise<number>;
  /** Deliveries whose workflow was not started yet, oldest first. */
  listUnstarted(limit: number): Promise<readonly { readonly alertId: string; readonly channelId: string }[]>;
  markStarted(alertId: string, channelId: string, at: Date): Promise<void>;
  find(alertId: string, channelId: string): Promise<DeliveryRecord | null>;
  /** Counts one more attempt, with what went wrong in the last one. */
  recordAttempt(alertId: string, channelId: string, error: string | null): Promise<void>;
  recordSent(alertId: string, channelId: string, toldCount: number, at: Date): Promise<void>;
  /** The channel is gone, or did not take it for too long. */
  end(alertId: string, channelId: string, state: 'given_up' | 'dropped', reason: string): Promise<void>;
  /** When the window ends in which repetitions of an alert are counted. */
  windowEndsAt(alertId: string): Promise<Date | null>;
  /** An alert of the kind test for one channel alone; its id. */
  planTest(channelId: string, by: string, at: Date): Promise<string>;
  /** How the deliveries to a channel went, newest first. */
  listByChannel(channelId: string, limit: number): Promise<readonly DeliveryRecord[]>;
}

export interface OwnedIds {
  readonly strategies: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}
