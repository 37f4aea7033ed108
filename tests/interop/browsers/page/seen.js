// What a caller saw, as plain values that can leave the page, in one form for all clients.

// `told` is what stood in `sekisho-would-deny`.
export function answered(message, told) {
  const wouldDeny = [told ?? []].flat();
  return { answer: { name: message.name, ok: message.ok }, ...(wouldDeny.length > 0 && { wouldDeny }) };
}

// Lists, since there might be one too many, and as the client has them: whether it tells two challenges apart is
// to be seen. Nothing is what no caller could read.
export function refused({ code, message, challenges, errorInfo, retryInfo }) {
  return {
    code,
    message,
    challenges: [challenges ?? []].flat(),
    errorInfo: errorInfo.map(({ reason, domain, metadata }) => ({ reason, domain, metadata })),
    retryAfter: retryInfo.map(({ retryDelay }) => Number(retryDelay.seconds) + retryDelay.nanos / 1e9),
  };
}
