// Scopes, and alternatives of them: what a method asks for, what a token lacks, what to ask for next.

/** Sets of scopes, of which one is enough. None at all: no scope is asked for. */
export type Alternatives = readonly (readonly string[])[];

/** What the page asks for besides the APIs' scopes: who it is, and a refresh token. */
export const IDENTITY = ['openid', 'profile'];
export const OFFLINE = 'offline_access';

export function parseScopes(text: string | undefined): string[] {
  return unique((text ?? '').split(' ').filter(Boolean));
}

/** Reads what ErrorInfo says: alternatives are separated by ` | `. */
export function parseAlternatives(text: string | undefined): Alternatives {
  return text === undefined ? [] : text.split(' | ').map(parseScopes);
}

export function formatAlternatives(alternatives: Alternatives): string {
  return alternatives.map((scopes) => scopes.join(' ')).join(' | ');
}

export function fulfils(granted: readonly string[], alternatives: Alternatives): boolean {
  return alternatives.length === 0 || alternatives.some((scopes) => scopes.every((scope) => granted.includes(scope)));
}

/**
 * What to ask for so that a call that was refused will be let through: of the alternatives the one that lacks
 * least, and all that was held. Who asks for the missing scopes alone loses the others, and loops.
 */
export function stepUp(missing: Alternatives, granted: readonly string[]): string[] {
  const [least = []] = missing.toSorted((one, other) => one.length - other.length);
  return unique([...withoutIdentity(granted), ...least]);
}

/** Scopes by the names that the APIs have for them, whether the issuer wrote its prefix before them or not. */
export function namesOf(scopes: readonly string[], prefix: string): string[] {
  const isWritten = (scope: string) => scope.startsWith(prefix) && scope !== prefix;
  return unique(scopes.map((scope) => (isWritten(scope) ? scope.slice(prefix.length) : scope)));
}

/** Scopes as the issuer is asked for them: with its prefix before the APIs' own, and the others as they are. */
export function asAsked(scopes: readonly string[], prefix: string, own: readonly string[]): string[] {
  return unique(scopes.map((scope) => (own.includes(scope) ? prefix + scope : scope)));
}

/** The `scope` parameter for the APIs' scopes. An issuer that says that it knows no offline_access is not asked for it. */
export function scopeParameter(scopes: readonly string[], supported: readonly string[] | undefined): string {
  const offline = supported === undefined || supported.includes(OFFLINE) ? [OFFLINE] : [];
  return unique([...IDENTITY, ...offline, ...scopes]).join(' ');
}

export function withoutIdentity(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !IDENTITY.includes(scope) && scope !== OFFLINE);
}

function unique(scopes: readonly string[]): string[] {
  return [...new Set(scopes)];
}
