// One stream of events, which lasts at most as long as the access token that it was opened with.
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { Events, type Event } from '../gen/es/events/v1/events_pb.js';

// The transport's own deadline is for calls that end.
const NO_DEADLINE = 0;

// How long a server may take to begin its answer, in milliseconds.
const HEAD_WITHIN = 10_000;

// How long before its end a stream is replaced, in milliseconds: at least this, or a fifth of a shorter time; and up to
// twice as long, by chance, so that clients that were started together do not ask the issuer together.
const MARGIN = 30_000;

// Longer ones a timer takes for none.
const LONGEST_TIMER = 2 ** 31 - 1;

export class Stream {
  #successor: Promise<Stream | undefined> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    readonly events: AsyncIterable<Event>,
    private readonly expiresIn: number | undefined,
    private readonly left: AbortController,
  ) {}

  // Waits for the response head: once it is there, the server has accepted the token. createClient's stream would tell
  // of the head (`onHeader`) only to whoever waits for the first event, and there may be none for hours.
  static async open(transport: Transport, token: string, after: bigint, stop: AbortSignal): Promise<Stream> {
    const left = new AbortController();
    const signal = AbortSignal.any([stop, left.signal]);
    const headers = { authorization: `Bearer ${token}` };
    const late = setTimeout(() => left.abort(), HEAD_WITHIN);
    try {
      const answer = await transport.stream(Events.method.follow, signal, NO_DEADLINE, headers, once({ after }));
      return new Stream(answer.message, milliseconds(answer.header.get('sekisho-expires-in')), left);
    } catch (reason) {
      // Whichever way the transport tells of it that it was stopped.
      throw left.signal.aborted ? new ConnectError('The server does not begin its answer', Code.Unavailable) : reason;
    } finally {
      clearTimeout(late);
    }
  }

  // Some time before this one ends has the next one opened, and closes this one for it. Where that one cannot be had,
  // this one goes on to its end.
  renewInTime(open: () => Promise<Stream>): void {
    if (!this.expiresIn) return;
    const margin = Math.min(MARGIN, this.expiresIn / 5) * (1 + Math.random());
    const renew = () => {
      this.#successor = open().catch(() => undefined);
      void this.#successor.then((next) => next && this.close());
    };
    this.#timer = setTimeout(renew, Math.min(this.expiresIn - margin, LONGEST_TIMER));
  }

  // After its end: the stream that was opened to replace it.
  async successor(): Promise<Stream | undefined> {
    clearTimeout(this.#timer);
    return this.#successor;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.left.abort();
  }
}

async function* once<T>(message: T) {
  yield message;
}

function milliseconds(seconds: string | null): number | undefined {
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
