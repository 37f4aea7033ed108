// What a caller saw, as plain values that can leave the page, in one form for all clients.

export function answered(message) {
  return { answer: { name: message.name, ok: message.ok } };
}

// Details come as lists, since there might be one too many. Absent is what no caller could read.
export function refused({ code, message, challenge, errorInfo, retryInfo }) {
  return {
    code,
    message,
    challenge,
    errorInfo: errorInfo.map(({ reason, domain, metadata }) => ({ reason, domain, metadata })),
    retryAfter: retryInfo.map(({ retryDelay }) => Number(retryDelay.seconds) + retryDelay.nanos / 1e9),
  };
}
