/** What a user is for. */
export const Role = { viewer: 'viewer', trader: 'trader', admin: 'admin' } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** What a call does: look, trade, administer the service and its users, or read the figures of the whole service. */
export const Scope = { read: 'read', trade: 'trade', admin: 'admin', metrics: 'metrics' } as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: [Scope.read],
  trader: [Scope.read, Scope.trade],
  admin: [Scope.read, Scope.trade, Scope.admin, Scope.metrics],
};

/** Who acts. */
export interface Principal {
  /** Null for the owner at this machine while no user exists yet, and for programs of the operator such as the CLI. */
  readonly userId: string | null;
  readonly name: string;
  readonly role: Role;
  /** What the credential allows, at most what the role does. */
  readonly scopes: readonly Scope[];
}

/** All that a role may do. */
export function scopesOf(role: Role): readonly Scope[] {
  return SCOPES_OF[role];
}

/** A token's scopes count only as far as its user's role has them now. */
export function mayDo({ role, scopes }: Principal, scope: Scope): boolean {
  return scopes.includes(scope) && SCOPES_OF[role].includes(scope);
}

/** Whose things a principal sees: null for everything, which is for admins. */
export function ownerSeenBy({ userId, role }: Principal): string | null {
  return role === Role.admin ? null : (userId ?? NOBODY);
}

/** No user has this id. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
