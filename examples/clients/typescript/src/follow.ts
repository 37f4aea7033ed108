// Follows a server stream for longer than an access token lives, by any of Connect's transports: in Node and in a page.
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import type { Event } from '../gen/es/events/v1/events_pb.js';
import { Retries } from './retries.js';
import { Stream } from './stream.js';

// Gives an access token; where `spent` names one, another than that if there is any. It is its affair not to ask the
// issuer too often.
export type TokenSource = (spent?: string) => Promise<string>;

export interface Options {
  // The number of the last event that there was.
  after?: bigint;
  signal?: AbortSignal;
  // Is told why another stream is opened, where that is not to renew the token in time.
  again?: (last: bigint, reason: ConnectError) => void;
}

// snippet: begin
// The events after a number, each once, until `signal` is aborted. Throws what another stream would not mend.
export async function* follow(
  transport: Transport,
  tokens: TokenSource,
  { after: last = 0n, signal, again = () => {} }: Options = {},
): AsyncGenerator<Event, void> {
  const left = new AbortController();
  const stop = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  const retries = new Retries(stop, (reason) => again(last, reason));
  let token: string | undefined;
  const open = (next: string) => {
    token = next;
    retries.opens();
    return Stream.open(transport, token, last, stop);
  };
  const openNext = async () => {
    const next = await tokens(token);
    // Issuers may give the same token until it expires. The next stream would end with this one.
    if (next === token) throw new Error('there is no other token yet');
    return open(next);
  };
  let stream: Stream | undefined;
  try {
    while (!stop.aborted) {
      try {
        stream ??= await open(await tokens(retries.wantsAnotherToken ? token : undefined));
        // While the next stream is opened, this one goes on, and is closed once the next one is accepted.
        stream.renewInTime(openNext);
        for await (const event of stream.events) {
          retries.received();
          // What came by the stream before while this one was opened comes again.
          if (event.number <= last) continue;
          last = event.number;
          yield event;
        }
        throw new ConnectError('The server has ended the stream', Code.Unavailable);
      } catch (reason) {
        stream = await stream?.successor();
        if (stream === undefined) await retries.after(reason);
      }
    }
  } finally {
    stream?.close();
    left.abort();
  }
}
// snippet: end
