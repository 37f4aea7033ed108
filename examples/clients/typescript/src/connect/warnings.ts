// Tells of each call that would be refused if the rule of its method were enforced.
import { ConnectError, type Interceptor } from '@connectrpc/connect';

// snippet: begin
export const warnings: Interceptor = (next) => async (request) => {
  const warn = (metadata: Headers) => {
    const reason = metadata.get('sekisho-would-deny');
    if (reason) console.error(`warning: ${new URL(request.url).pathname} would be refused: ${reason}`);
  };
  try {
    const response = await next(request);
    if (response.stream) return { ...response, message: watched(response.message, () => warn(response.trailer), warn) };
    warn(response.trailer);
    return response;
  } catch (reason) {
    warn(ConnectError.from(reason).metadata); // of head and trailers
    throw reason;
  }
};

// The trailers of a stream come at its end.
async function* watched<T>(messages: AsyncIterable<T>, ended: () => void, failed: (metadata: Headers) => void) {
  try {
    yield* messages;
    ended();
  } catch (reason) {
    failed(ConnectError.from(reason).metadata);
    throw reason;
  }
}
// snippet: end
