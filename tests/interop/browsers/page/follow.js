// The example's way to follow a stream for longer than an access token lives, in a page.
import { ConnectError } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { follow } from 'example/follow.js';
import { ErrorInfoSchema } from 'generated/google/rpc/error_details_pb.js';

// Follows until a stream was opened for each of `lifetimes`, which its token has in seconds, and a few events have come
// by the last one. Tells which events came, what each response head said of the stream's end, for which tokens another
// one was wanted, and how many of them had expired before the server saw them: on a busy machine that takes its time.
// `tellsEnd`: whether the example gets to know when a stream is to end.
export async function followed({ address, lifetimes, tellsEnd }) {
  const heads = [];
  const tokens = [];
  const spent = [];
  const numbers = [];
  let late = 0;
  const watched = (next) => async (request) => {
    try {
      const response = await next(request);
      heads.push(response.header.get('sekisho-expires-in'));
      return tellsEnd ? response : { ...response, header: new Headers() };
    } catch (refusal) {
      if (hasExpired(refusal)) late += 1;
      throw refusal;
    }
  };
  const transport = createGrpcWebTransport({ baseUrl: address, interceptors: [watched] });
  const source = async (token) => {
    spent.push(token === undefined ? 'none' : tokens.indexOf(token));
    tokens.push(await globalThis.freshToken(lifetimes[heads.length]));
    return tokens.at(-1);
  };
  let few = 5;
  for await (const { number } of follow(transport, source)) {
    numbers.push(Number(number));
    if (heads.length === lifetimes.length && (few -= 1) === 0) break;
  }
  return { numbers, heads, spent, late };
}

function hasExpired(refusal) {
  return ConnectError.from(refusal).findDetails(ErrorInfoSchema).some(({ reason }) => reason === 'ACCESS_TOKEN_EXPIRED');
}
