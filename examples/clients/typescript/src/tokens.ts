// An access token that is kept, and fetched anew before it expires.
import { pause } from './pause.js';

export interface Fetched {
  token: string;
  // In seconds, where the issuer tells.
  lifetime: number | undefined;
}

// The issuer gives none, and would not another time.
export class NoTokenError extends Error {}

// How long before its end a token is no longer sent, in milliseconds; of one that lives short, a fifth of its life.
const MARGIN = 30_000;

// From the beginning of a fetch until the next one may begin: issuers meter them.
const PAUSE = 1000;

// How long a token is kept whose end the issuer does not tell, in seconds.
const UNTOLD = 60;

export class Tokens {
  #held: { token: string; until: number } | undefined;
  #fetching: Promise<string> | undefined;
  #nextFetch = 0;

  constructor(
    private readonly fetch: () => Promise<Fetched>,
    private readonly now = () => performance.now(),
  ) {}

  // The token that is kept; another one, where that is `spent` or about to expire. All who wait get the same one.
  async get(spent?: string): Promise<string> {
    const held = this.#held;
    if (held && held.token !== spent && this.now() < held.until) return held.token;
    this.#fetching ??= this.#fetched().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #fetched(): Promise<string> {
    await pause(this.#nextFetch - this.now());
    // Its life is counted from before it was asked for, and so never too long.
    const asked = this.now();
    this.#nextFetch = asked + PAUSE;
    const { token, lifetime = UNTOLD } = await this.fetch();
    const life = lifetime * 1000;
    this.#held = { token, until: asked + life - Math.min(MARGIN, life / 5) };
    return token;
  }
}
