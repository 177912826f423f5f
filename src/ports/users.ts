import type { Role } from '../domain/access/principal.ts';

export interface User {
  readonly userId: string;
  /** What they log in with; unique, in lower case. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly passwordChangedAt: Date;
  /** Since when they cannot log in and their tokens do nothing; null while they can. */
  readonly disabledAt: Date | null;
}

export interface NewUser {
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
}

export interface UserChange {
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
}

/** Who may use the service. There is always an administrator who can log in, once there is a user at all. */
export interface Users {
  anyExists(): Promise<boolean>;
  /** USER_CONFLICT if the name is taken. */
  add(user: NewUser, at: Date): Promise<User>;
  /** The first user, always an administrator. USER_CONFLICT if there is a user already, whoever else asks at the same moment. */
  addFirst(user: Omit<NewUser, 'role'>, at: Date): Promise<User>;
  find(userId: string): Promise<User | null>;
  /** By the name in lower case, with the hash that its password must fit. */
  findLogin(name: string): Promise<{ readonly user: User; readonly passwordHash: string } | null>;
  /** By name. */
  list(): Promise<readonly User[]>;
  /** RESOURCE_NOT_FOUND; USER_CONFLICT for the last administrator. Who is disabled is logged out everywhere. */
  change(userId: string, change: UserChange, at: Date): Promise<User>;
  /** Their strategies and accounts become the operator's. RESOURCE_NOT_FOUND; USER_CONFLICT for the last administrator. */
  remove(userId: string): Promise<void>;
  /** Ends all sessions of the user but the one named. RESOURCE_NOT_FOUND. */
  setPassword(userId: string, passwordHash: string, at: Date, keepSessionId?: string | null): Promise<void>;
}
