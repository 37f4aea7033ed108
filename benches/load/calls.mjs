// One call at a time, to see what a server answers: its outcome, and how many bytes of data it has.
import { connect } from 'node:http2';

import { requestHeaders } from './load.mjs';
import { bad, good } from './tokens.mjs';

const OUTCOMES = { 0: 'allowed', 7: 'denied', 16: 'unauthenticated' };
const HTTP_OUTCOMES = { 200: 'allowed', 401: 'unauthenticated', 403: 'denied' };

// A guarded server takes the good token and refuses the bad ones, else there is nothing to measure.
export async function checkGuard(port, server, load) {
  const cases = [{ what: 'the good token', token: good, outcome: 'allowed' }, ...bad];
  for (const { what, token, outcome } of cases) {
    const found = await call(port, server, load.settings, token);
    if (found.outcome !== outcome) throw new Error(`${what}: ${outcome} was expected, and ${found.outcome} found`);
  }
}

// The bytes of the answer that each call of the load has to have.
export async function checkAnswer(port, server, load) {
  const { outcome, bytes } = await call(port, server, load.settings, load.token);
  const right = load.isRefused ? outcome === 'unauthenticated' : outcome === 'allowed';
  if (!right) throw new Error(`the load's own call: ${outcome}`);
  return bytes;
}

function call(port, server, settings, token) {
  return settings.http1 ? overHttp1(port, settings, token) : overHttp2(port, server, settings, token);
}

async function overHttp1(port, settings, token) {
  const response = await fetch(`http://127.0.0.1:${port}${settings.path}`, { headers: requestHeaders(settings, token) });
  const body = await response.arrayBuffer();
  return { outcome: HTTP_OUTCOMES[response.status] ?? `HTTP ${response.status}`, bytes: body.byteLength };
}

async function overHttp2(port, server, settings, token) {
  const scheme = server.tls ? 'https' : 'http';
  const session = connect(`${scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false });
  try {
    return await answerOf(session, settings, token);
  } finally {
    session.destroy();
  }
}

function answerOf(session, settings, token) {
  return new Promise((resolve, reject) => {
    const head = { ':method': 'POST', ':path': settings.path, ...requestHeaders(settings, token) };
    const stream = session.request(head);
    const parts = [];
    let entries = {};
    const more = (some) => (entries = { ...entries, ...some });
    stream.on('response', more).on('trailers', more).on('data', (part) => parts.push(part));
    stream.on('end', () => resolve(told(entries, Buffer.concat(parts))));
    for (const each of [session, stream]) each.on('error', reject);
    stream.end(settings.body);
  });
}

// gRPC-Web has its trailers in the body.
function told(entries, body) {
  const inBody = /grpc-status: ?(\d+)/.exec(body.subarray(-100).toString('latin1'))?.[1];
  const status = entries['grpc-status'] ?? inBody;
  return { outcome: OUTCOMES[status] ?? `grpc-status ${status}, HTTP ${entries[':status']}`, bytes: body.length };
}
