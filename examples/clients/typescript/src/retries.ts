// What to do after a stream that has ended, or could not be opened.
import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema, RetryInfoSchema } from '../gen/es/google/rpc/error_details_pb.js';
import { pause } from './pause.js';

// Of an accepted stream: its token has expired, or the key of its token is withdrawn.
const ENDS_OF_A_TOKEN = ['ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_INVALID'];

// What a connection that fails comes as: of fetch in the browser UNKNOWN, of a stream that is reset any of the others.
const FAILURES = [Code.Unavailable, Code.Unknown, Code.Internal, Code.Aborted, Code.Canceled];

// What is waited for after the first failure, and at most.
const SHORTEST = 250;
const LONGEST = 30_000;

// A refusal that comes later than this was not decided at the beginning: the token was accepted, and then expired.
const DECIDED_WITHIN = 1000;

export class Retries {
  // The one that was sent last is of no use any more.
  wantAnotherToken = false;
  #refusals = 0;
  #failures = 0;
  #opened = 0;

  constructor(private readonly stop: AbortSignal) {}

  opened(): void {
    this.#opened = Date.now();
  }

  accepted(): void {
    this.#refusals = 0;
    this.wantAnotherToken = false;
  }

  received(): void {
    this.#failures = 0;
  }

  // Returns when it is time for another stream; throws what another stream would not mend.
  async after(reason: unknown, wasAccepted: boolean): Promise<void> {
    if (this.stop.aborted) return;
    if (!(reason instanceof ConnectError)) throw reason;
    if (reason.code === Code.Unauthenticated) {
      this.#afterRefusal(reason, wasAccepted || Date.now() - this.#opened > DECIDED_WITHIN);
    } else if (FAILURES.includes(reason.code)) {
      await pause(this.#delay(reason), this.stop);
    } else {
      throw reason;
    }
  }

  // A token may have come to its end on the way; one that was just fetched is refused for good.
  #afterRefusal(refusal: ConnectError, wasAccepted: boolean): void {
    const [info] = refusal.findDetails(ErrorInfoSchema).filter(({ domain }) => domain === 'sekisho');
    const ended = wasAccepted && info !== undefined && ENDS_OF_A_TOKEN.includes(info.reason);
    if (!ended && (wasAccepted || ++this.#refusals === 2)) throw refusal;
    this.wantAnotherToken = true;
  }

  // Twice as long each time, as long as the server wants it at least; half of it by chance.
  #delay(failure: ConnectError): number {
    const own = Math.min(LONGEST, SHORTEST * 2 ** this.#failures++) * (1 - Math.random() / 2);
    const wanted = failure.findDetails(RetryInfoSchema)[0]?.retryDelay;
    return Math.max(own, wanted ? Number(wanted.seconds) * 1000 + wanted.nanos / 1e6 : 0);
  }
}
