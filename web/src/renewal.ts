// When to renew an access token, and how long it has left. All times are seconds.

const MARGIN = 60;
const FIRST_RETRY = 5;
const LAST_RETRY = 60;

/** A minute before expiry, or with a third left where less than three minutes are. */
export function renewAt(expiresAt: number, now: number): number {
  const left = Math.max(0, expiresAt - now);
  return expiresAt - Math.min(MARGIN, left / 3);
}

/** How long to wait after so many failures in a row to reach the issuer. */
export function retryDelay(failures: number): number {
  return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1));
}

export interface TimeLeft {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

export function timeLeft(expiresAt: number, now: number): TimeLeft {
  const left = Math.max(0, Math.ceil(expiresAt - now));
  return { hours: Math.floor(left / 3600), minutes: Math.floor(left / 60) % 60, seconds: left % 60 };
}
