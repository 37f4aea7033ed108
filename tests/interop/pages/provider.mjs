// The same page with an issuer that is not ours: npm oidc-provider in Auth0's shape, once more with something before the
// names of scopes, and once more without refresh tokens and without a way to log out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launch } from '../browsers/chromium.mjs';
import { freePorts } from '../processes.mjs';
import { API1, API2, API3, Server, call, disabled, granted, loggedIn, person, report } from './world.mjs';

const PROVIDER = fileURLToPath(new URL('../issuers/oidc-provider/provider.mjs', import.meta.url));

const PREFIX = 'auth0-multiple-api/';

const browser = await launch(process.argv[2]);
try {
  await provided('Auth0 shape', {}, (url) => url, scenario);
  await provided('a prefix before scopes', { SCOPE_PREFIX: PREFIX }, (url) => url, prefixed, ['--scope-prefix', PREFIX]);
  // Whoever leaves the last slash out is understood: discovery settles it.
  await provided('without refresh tokens and log-out', { POOR: '1' }, (url) => url.replace(/\/$/, ''), poor);
} finally {
  await browser.close();
}

async function provided(name, environment, written, run, more = []) {
  // Each has to know the other, so that one port is chosen beforehand.
  const [web] = await freePorts(1);
  const issuer = spawn(process.execPath, [PROVIDER], {
    env: { ...process.env, ...environment, AUTH0: '1', PORT: '0', PAGE: `http://localhost:${web}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface({ input: issuer.stdout }), 'line');
  const url = written(line.split('issuer=')[1]);
  const flags = ['serve', '--issuer', url, '--audience', 'auth0-multiple-api', '--client-id', 'spa', ...more];
  const server = await Server.start(flags, { grpc: 0, web });
  try {
    await run(server, (what, expected, found) => report(`${name}: ${what}`, expected, found));
  } finally {
    await server.stop();
    issuer.kill('SIGTERM');
  }
}

async function scenario(server, see) {
  const { page, context } = await person(browser, server);
  // The provider's own pages ask for fonts.
  const ours = [];
  page.on('console', (message) => page.url().startsWith(server.page) && ours.push(message.text()));
  await logIn(page);
  see('what is disabled', ['login'], await disabled(page));
  see('renewal', 'by itself, before the token expires', await page.textContent('#renewal'));
  see('api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  see('api3', 'Response: Insufficient scope', await call(page, 'api3'));
  await page.click('#api3-remedy');
  await through(page);
  see('stepped up: api3 was granted', true, (await granted(page)).includes(API3));
  see('stepped up: api3', 'Response: {"name":"api3","ok":true}', await call(page, 'api3'));
  await page.click('#logout');
  await page.locator('button[type=submit]').first().click();
  await page.waitForURL(server.page);
  await page.waitForFunction(() => document.getElementById('login')?.disabled === false);
  see('logged out: what is disabled', ['api1-call', 'api2-call', 'api3-call', 'logout'], await disabled(page));
  see('the console', [], ours);
  await context.close();
}

// Who did not ask with it would be refused by the provider: it knows no other scopes.
async function prefixed(server, see) {
  const { page, context } = await person(browser, server);
  await logIn(page);
  see('granted', [API1, API2], (await granted(page)).filter((scope) => scope.includes(':')));
  see('the gate of api1', 'ready', await page.getAttribute('#api1', 'data-gate'));
  see('the gate of api3', 'lacking', await page.getAttribute('#api3', 'data-gate'));
  see('api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  see('api3', 'Response: Insufficient scope', await call(page, 'api3'));
  const challenge = `Bearer error="insufficient_scope", scope="${PREFIX}${API3}"`;
  see('api3, its challenge', challenge, await page.textContent('#api3-challenge'));
  await page.click('#api3-remedy');
  await through(page);
  see('stepped up: granted', [API1, API2, API3], (await granted(page)).filter((scope) => scope.includes(':')));
  see('stepped up: api3', 'Response: {"name":"api3","ok":true}', await call(page, 'api3'));
  see('stepped up: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  await context.close();
}

async function poor(server, see) {
  const { page, context } = await person(browser, server);
  await logIn(page);
  see('renewal', true, (await page.textContent('#renewal')).includes('log in again when the token has expired'));
  see('api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  await page.click('#logout');
  await page.waitForFunction(() => document.getElementById('notice')?.textContent.includes('Logged out of this page'));
  see('logged out here', ['api1-call', 'api2-call', 'api3-call', 'logout'], await disabled(page));
  await context.close();
}

async function logIn(page) {
  await page.click('#login');
  await through(page);
}

// The provider's own pages, as they are for development: a name if it asks for one, and then what it asks.
async function through(page) {
  const name = page.locator('input[name=login]');
  const submit = page.locator('button[type=submit]');
  await page.waitForURL((url) => url.hostname !== 'localhost');
  while (!page.url().startsWith('http://localhost:')) {
    await submit.first().waitFor();
    if (await name.isVisible()) {
      await name.fill('carol');
      await page.fill('input[name=password]', 'any');
    }
    await Promise.all([page.waitForNavigation(), submit.first().click()]);
  }
  await loggedIn(page);
}
