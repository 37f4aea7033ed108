// Logs a person in with npm's openid-client, her part played in Chromium, and prints for each case a line of its
// name, what was expected and what was found (both JSON), parted by tabs.
// usage: node openid-client.mjs CHROMIUM ISSUER ORIGIN ACCESS_TOKEN_FILE
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as client from 'openid-client';
import { launch } from '../browsers/chromium.mjs';
import { Person } from './person.mjs';

const [executable, issuer, origin, tokenFile] = process.argv.slice(2);
const SCOPE = 'openid profile email offline_access api1:read:status api2:read:status';
const redirect_uri = `${origin}/`;

const page = await startPage();
const browser = await launch(executable, { [new URL(origin).host]: `127.0.0.1:${page.address().port}` });
try {
  const config = await client.discovery(new URL(issuer), 'page', undefined, client.None(), {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });
  await logInAndOut(config);
  await refusals(config);
} finally {
  await browser.close();
  page.close();
}

// Where the person comes back to: wherever `origin` is, this is what the browser finds there.
async function startPage() {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,"><title>back</title>');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

// --- the whole of it ------------------------------------------------------------------------------------

async function logInAndOut(config) {
  const person = await Person.arrive(browser, origin);
  const asked = await ask(config, { scope: SCOPE, audience: 'auth0-multiple-api', max_age: '3600' });
  const tokens = await asked.redeem(await person.logIn(asked.url, 'alice'));
  writeFileSync(tokenFile, tokens.access_token);
  report('log-in: scope', SCOPE, tokens.scope);
  const { sub, name, email } = tokens.claims();
  const alice = { sub: 'development|alice', name: 'Alice Liddell', email: 'alice@example.com' };
  report('log-in: ID token', alice, { sub, name, email });
  const told = await client.fetchUserInfo(config, tokens.access_token, sub);
  report('userinfo', { ...alice, nickname: 'alice', email_verified: true }, told);

  const silent = await ask(config, { scope: SCOPE, prompt: 'none' });
  const again = await silent.redeem(await person.go(silent.url));
  report('prompt=none, logged in: subject', sub, again.claims().sub);
  await refreshing(config, again.refresh_token);

  const narrowed = await ask(config, { scope: SCOPE, prompt: 'consent' });
  const less = await narrowed.redeem(await person.allow(narrowed.url, ['offline_access', 'api2:read:status']));
  report('consent to less: scope', 'openid profile email api1:read:status', less.scope);
  report('consent to less: no refresh token', true, less.refresh_token === undefined);

  const leave = { id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect_uri, state: 'left' };
  report('log-out', `${redirect_uri}?state=left`, (await person.go(client.buildEndSessionUrl(config, leave))).href);
  const gone = await ask(config, { scope: SCOPE, prompt: 'none' });
  report('prompt=none, logged out', 'login_required', await errorOf(gone.redeem(await person.go(gone.url))));
  report('console', [], person.seen.console);
  report('hosts', [new URL(issuer).host, new URL(origin).host].sort(), [...person.seen.hosts].sort());
}

async function refreshing(config, first) {
  const second = await client.refreshTokenGrant(config, first, { scope: 'openid api1:read:status' });
  report('refresh: narrowed scope', 'openid api1:read:status', second.scope);
  const third = await client.refreshTokenGrant(config, second.refresh_token);
  report('refresh: all of the scope', SCOPE, third.scope);
  report('refresh: used twice', 'invalid_grant', await errorOf(client.refreshTokenGrant(config, first)));
  report('refresh: the family is over', 'invalid_grant', await errorOf(client.refreshTokenGrant(config, third.refresh_token)));
}

// --- what is refused ------------------------------------------------------------------------------------

async function refusals(config) {
  const person = await Person.arrive(browser, origin);
  const denied = await ask(config, { scope: SCOPE });
  report('denied', 'access_denied', await errorOf(denied.redeem(await person.deny(denied.url))));

  const asked = await ask(config, { scope: SCOPE });
  const back = await person.logIn(asked.url, 'bob');
  const tokens = await asked.redeem(back);
  report('log-in: another person', 'development|bob', tokens.claims().sub);
  report('code: used twice', 'invalid_grant', await errorOf(asked.redeem(back)));
  const revoked = client.refreshTokenGrant(config, tokens.refresh_token);
  report('code: used twice, what came of it', 'invalid_grant', await errorOf(revoked));

  const other = await ask(config, { scope: SCOPE });
  const stolen = await person.go(other.url);
  report('code: another verifier', 'invalid_grant', await errorOf(asked.redeem(stolen, other)));

  const returned = await ask(config, { scope: SCOPE });
  const { refresh_token } = await returned.redeem(await person.go(returned.url));
  await client.tokenRevocation(config, refresh_token);
  report('revocation', 'invalid_grant', await errorOf(client.refreshTokenGrant(config, refresh_token)));

  const elsewhere = await ask(config, { scope: SCOPE, resource: 'https://elsewhere.example/' });
  report('another resource', 'invalid_target', await errorOf(elsewhere.redeem(await person.go(elsewhere.url))));
  report('console', [], person.seen.console);
}

// --- the relying party ----------------------------------------------------------------------------------

// An authorization request, and what turns its answer into tokens. The library checks state, nonce, issuer, the
// ID token's claims and its signature.
async function ask(config, parameters) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expected = { expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    ...parameters,
  });
  const checks = { ...expected, maxAge: Number(parameters.max_age ?? 3600), idTokenExpected: true };
  // With the verifier of this request, and what is expected of the one that is answered.
  const redeem = (back, answered = { checks }) =>
    client.authorizationCodeGrant(config, back, { ...answered.checks, pkceCodeVerifier });
  return { url, redeem, checks };
}

async function errorOf(promise) {
  return promise.then(
    () => 'no error',
    (error) => error.error ?? `${error.name}: ${error.message}`,
  );
}

function report(name, expected, found) {
  console.log([name, expected, found].map((value, index) => (index === 0 ? value : JSON.stringify(value))).join('\t'));
}
