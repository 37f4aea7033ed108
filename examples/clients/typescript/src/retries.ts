// What to do after a stream that has ended, or could not be opened.
import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema, RetryInfoSchema } from '../gen/es/google/rpc/error_details_pb.js';
import { pause } from './pause.js';

// What another token mends.
const OF_THE_TOKEN = ['ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_INVALID'];

// What a connection that fails comes as: of fetch UNKNOWN, of a stream that is reset any of the others.
const FAILURES = [Code.Unavailable, Code.Unknown, Code.Internal, Code.Aborted, Code.Canceled];

// How often in a row the connection may fail.
const PATIENCE = 5;

// The least that is waited for, in milliseconds; twice as much after each failure. A stream that lasted for longer was
// not refused at the beginning.
const PAUSE = 1000;

export class Retries {
  // The one that was sent last is of no use any more.
  wantsAnotherToken = false;
  #refusals = 0;
  #failures = 0;
  #openedAt = Infinity;
  #hasBrought = false;

  constructor(
    private readonly stop: AbortSignal,
    private readonly again: (reason: ConnectError) => void,
  ) {}

  opens(): void {
    this.wantsAnotherToken = false;
    this.#openedAt = Date.now();
    this.#hasBrought = false;
  }

  received(): void {
    this.#hasBrought = true;
  }

  // Returns when it is time for another stream; throws what another stream would not mend.
  async after(reason: unknown): Promise<void> {
    if (this.stop.aborted) return;
    if (!(reason instanceof ConnectError)) throw reason;
    const stood = this.#hasBrought || Date.now() - this.#openedAt > PAUSE;
    if (stood) this.#refusals = this.#failures = 0;
    this.#openedAt = Infinity;
    this.#hasBrought = false;
    const wait = this.#wait(reason, stood);
    if (wait === undefined) throw reason;
    this.again(reason);
    // Clients whose streams end together are not to come back together.
    await pause(Math.max(wait * (1 - Math.random() / 2), wantedPause(reason)), this.stop);
  }

  #wait(reason: ConnectError, stood: boolean): number | undefined {
    if (reason.code === Code.Unauthenticated) {
      if (!isOfToken(reason) || (!stood && ++this.#refusals === 2)) return undefined;
      this.wantsAnotherToken = true;
      return PAUSE;
    }
    if (!FAILURES.includes(reason.code) || ++this.#failures === PATIENCE) return undefined;
    return PAUSE * 2 ** (this.#failures - 1);
  }
}

function isOfToken(refusal: ConnectError): boolean {
  const [info] = refusal.findDetails(ErrorInfoSchema).filter(({ domain }) => domain === 'sekisho');
  return info !== undefined && OF_THE_TOKEN.includes(info.reason);
}

// The server's own wish, in milliseconds.
function wantedPause(failure: ConnectError): number {
  const wanted = failure.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return wanted ? Number(wanted.seconds) * 1000 + wanted.nanos / 1e6 : 0;
}
