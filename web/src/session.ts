// A log-in that lasts: kept in this tab's storage, so that a reload of the page finds it, and no other tab does.

export interface Session {
  readonly issuer: string;
  readonly clientId: string;
  readonly accessToken: string;
  /** Absent where the issuer gives none: the log-in then has to be renewed by hand. */
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly subject: string;
  readonly name: string;
  readonly granted: readonly string[];
  /** In seconds since 1970; absent where the issuer does not say. */
  readonly expiresAt?: number;
}

const KEY = 'sekisho.session';

export function saveSession(storage: Storage, session: Session): void {
  storage.setItem(KEY, JSON.stringify(session));
}

export function forgetSession(storage: Storage): void {
  storage.removeItem(KEY);
}

/** One of another issuer or client is none. */
export function loadSession(storage: Storage, issuer: string, clientId: string): Session | undefined {
  const session = parsed(storage.getItem(KEY));
  return session?.issuer === issuer && session.clientId === clientId ? session : undefined;
}

function parsed(text: string | null): Session | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isSession(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false;
  const { accessToken, granted } = value as Partial<Session>;
  return typeof accessToken === 'string' && Array.isArray(granted);
}

export function isExpired({ expiresAt }: Session, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}
