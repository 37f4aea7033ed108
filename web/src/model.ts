// What the page shows, as one value; the views draw it and decide nothing.
import type { Config } from './config';
import type { Language } from './language';
import type { Outcome } from './outcome';
import type { Problem } from './problem';
import type { Session } from './session';

export interface CallResult {
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** What was held when the call was made. */
  readonly granted: readonly string[];
}

export type CallState = 'calling' | CallResult;

export type Notice =
  | { readonly kind: 'loggedIn'; readonly name: string }
  | { readonly kind: 'loggedOut' }
  | { readonly kind: 'loggedOutHereOnly' }
  | { readonly kind: 'loggedOutIssuerDown' }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'goingToIssuer' };

export interface Model {
  readonly language: Language;
  readonly config?: Config;
  readonly session?: Session;
  readonly expired: boolean;
  /** Something is under way that a second click must not begin again. */
  readonly busy: boolean;
  readonly problem?: Problem;
  readonly notice?: Notice;
  /** The APIs' scopes that the next log-in asks for. */
  readonly chosen: readonly string[];
  readonly calls: ReadonlyMap<string, CallState>;
}

export interface Actions {
  logIn(): void;
  logOut(): void;
  /** Logs in again for what is held. */
  renew(): void;
  /** Logs in again for what this API refused to do without. */
  remedy(api: string): void;
  call(api: string): void;
  choose(scope: string, chosen: boolean): void;
  speak(language: Language): void;
  reload(): void;
}
