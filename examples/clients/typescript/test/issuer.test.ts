// What an issuer on loopback answers, and whether another try may mend it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { clientCredentials } from '../src/issuer.js';
import { NoTokenError } from '../src/tokens.js';

let answer: [status: number, body: object];
const issuer = createServer((request, response) => {
  const metadata = { issuer: url.href, token_endpoint: `${url.href}token` };
  const [status, body] = request.url === '/token' ? answer : [200, metadata];
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}).listen(0, '127.0.0.1');
await once(issuer, 'listening');
const url = new URL(`http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`);
after(() => issuer.close());

const fetched = (status: number, body: object) => {
  answer = [status, body];
  return clientCredentials({ issuer: url, id: 'm2m', secret: 'secret', parameters: {} })();
};
const isUnavailable = (reason: unknown) => reason instanceof ConnectError && reason.code === Code.Unavailable;

test('a token is taken, and how long it lives', async () => {
  const given = { access_token: 'a', token_type: 'Bearer', expires_in: 60 };
  assert.deepEqual(await fetched(200, given), { token: 'a', lifetime: 60 });
});

for (const status of [400, 401, 403]) {
  test(`what the issuer refuses with ${status} is final`, async () => {
    await assert.rejects(fetched(status, { error: 'invalid_client' }), NoTokenError);
  });
}

for (const status of [429, 500, 503]) {
  test(`another try may mend ${status}, whatever stands in the answer`, async () => {
    await assert.rejects(fetched(status, { error: 'temporarily_unavailable' }), isUnavailable);
    await assert.rejects(fetched(status, {}), isUnavailable);
  });
}
