import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { Issuer } from '../src/issuer';
import { memory } from './memory';

const ISSUER = 'https://issuer.example/';
const HOME = 'http://localhost:8080/';
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}authorize`,
  token_endpoint: `${ISSUER}token`,
  end_session_endpoint: `${ISSUER}logout`,
  revocation_endpoint: `${ISSUER}revoke`,
};
const session = {
  issuer: ISSUER,
  clientId: 'page',
  accessToken: 'access',
  refreshToken: 'refresh',
  idToken: 'id',
  subject: 's',
  name: 'n',
  granted: [],
};

type Fetch = typeof fetch;

afterEach(() => mock.restoreAll());

// An issuer that answers so at its revocation endpoint, and what was posted there.
function issuer(metadata: object, revoke: Fetch): { issuer: Issuer; posted: URLSearchParams[] } {
  const posted: URLSearchParams[] = [];
  mock.method(globalThis, 'fetch', async (...[url, init]: Parameters<Fetch>) => {
    if (String(url) !== METADATA.revocation_endpoint) return Response.json(metadata);
    assert.equal(init?.method, 'POST');
    posted.push(new URLSearchParams(String(init?.body)));
    return revoke(url, init);
  });
  const { issuer: authority, clientId } = session;
  const config = { issuer: authority, clientId, audience: 'api', grpcUrl: 'http://x', scopes: [], scopePrefix: '', development: false };
  return { issuer: new Issuer(config, HOME, memory()), posted };
}

function isAtIssuer(where: Awaited<ReturnType<Issuer['logOut']>>): boolean {
  return where.kind === 'redirect' && where.url.startsWith(METADATA.end_session_endpoint);
}

test('log-out gives the refresh token back first', async () => {
  const { issuer: it, posted } = issuer(METADATA, async () => new Response(''));
  assert.ok(isAtIssuer(await it.logOut(session)));
  assert.deepEqual(posted.map((form) => Object.fromEntries(form)), [
    { token: 'refresh', token_type_hint: 'refresh_token', client_id: 'page' },
  ]);
});

test('a revocation that fails keeps nobody logged in', async () => {
  const failures: Record<string, Fetch> = {
    refused: async () => Response.json({ error: 'unsupported_token_type' }, { status: 400 }),
    'no JSON': async () => new Response('<html>', { status: 503, headers: { 'content-type': 'text/html' } }),
    'not allowed by CORS or by the policy': async () => Promise.reject(new TypeError('Failed to fetch')),
  };
  for (const [name, failure] of Object.entries(failures)) {
    const { issuer: it, posted } = issuer(METADATA, failure);
    assert.ok(isAtIssuer(await it.logOut(session)), name);
    assert.equal(posted.length, 1, name);
    mock.restoreAll();
  }
});

test('a revocation that never ends is not waited for', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let resolve = (): void => {};
  const asked = new Promise<void>((done) => (resolve = done));
  const { issuer: it } = issuer(METADATA, async () => (resolve(), new Promise<Response>(() => {})));
  const left = it.logOut(session);
  await asked;
  mock.timers.tick(3_000);
  assert.ok(isAtIssuer(await left));
  mock.timers.reset();
});

test('where there is nothing to revoke, or nowhere to, nothing is asked', async () => {
  const { revocation_endpoint: _none, ...without } = METADATA;
  const nowhere = issuer(without, async () => new Response(''));
  assert.ok(isAtIssuer(await nowhere.issuer.logOut(session)));
  mock.restoreAll();
  const { refreshToken: _no, ...nothing } = session;
  const it = issuer(METADATA, async () => new Response(''));
  assert.ok(isAtIssuer(await it.issuer.logOut(nothing)));
  assert.deepEqual([nowhere.posted, it.posted], [[], []]);
});
