// Of Node alone: once garbage was collected, its fetch does not close a response whose signal is aborted
// (https://github.com/nodejs/undici/issues/3644), and a stream that was left would go on to its end. Here the response's
// body is closed by the signal itself.
export const closingFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const signal = init?.signal;
  if (!response.body || !signal) return response;
  return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
};
