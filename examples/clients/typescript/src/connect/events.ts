// A server stream: for as long as one access token lives, and for longer.
import { Code, ConnectError, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { Events, type Event } from '../../gen/es/events/v1/events_pb.js';
import { codeName } from '../command.js';
import { follow, type TokenSource } from '../follow.js';
import { NoTokenError } from '../tokens.js';

export async function stream(transport: Transport): Promise<string> {
  return printed(createClient(Events, transport).follow({}));
}

// As many events as SEKISHO_EVENTS says. `transport` brings no credentials of its own: each stream has the token that
// it is opened with.
export async function followed(
  transport: (interceptors: Interceptor[]) => Transport,
  tokens: TokenSource,
): Promise<string> {
  const { SEKISHO_EVENTS, SEKISHO_RENEWAL } = process.env;
  const interceptors = SEKISHO_RENEWAL === 'after' ? [withoutEnd] : [];
  const again = (last: bigint, { code, rawMessage }: ConnectError) =>
    console.error(`again after ${last}: ${codeName(Code[code])} ${rawMessage}`);
  try {
    return await printed(follow(transport(interceptors), tokens, { again }), Number(SEKISHO_EVENTS || Infinity));
  } catch (reason) {
    throw reason instanceof NoTokenError ? new ConnectError(reason.message, Code.Unauthenticated) : reason;
  }
}

// Takes out when a stream is to end, as servers without Sekisho do not tell it: the next one is opened after its end.
const withoutEnd: Interceptor = (next) => async (request) => ({ ...(await next(request)), header: new Headers() });

async function printed(events: AsyncIterable<Event>, most = Infinity): Promise<string> {
  let shown = 0;
  for await (const { number, text } of events) {
    console.log(`${number}: ${text}`);
    if ((shown += 1) >= most) break;
  }
  return `${shown} events`;
}
