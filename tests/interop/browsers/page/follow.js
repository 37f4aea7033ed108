// The example's way to follow a stream for longer than an access token lives, in a page.
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { follow } from 'example/follow.js';

// Follows until each of `tokens` has opened a stream, and a few events have come by the last one. Tells which events
// came, what each response head said of the stream's end, and for which tokens another one was wanted. `tellsEnd`:
// whether the example gets to know when a stream is to end.
export async function followed({ address, tokens, tellsEnd }) {
  const heads = [];
  const spent = [];
  const numbers = [];
  const watched = (next) => async (request) => {
    const response = await next(request);
    heads.push(response.header.get('sekisho-expires-in'));
    return tellsEnd ? response : { ...response, header: new Headers() };
  };
  const transport = createGrpcWebTransport({ baseUrl: address, interceptors: [watched] });
  const source = async (token) => {
    spent.push(token === undefined ? 'none' : tokens.indexOf(token));
    return tokens[spent.length - 1];
  };
  let few = 5;
  for await (const { number } of follow(transport, source)) {
    numbers.push(Number(number));
    if (heads.length === tokens.length && (few -= 1) === 0) break;
  }
  return { numbers, heads, spent };
}
