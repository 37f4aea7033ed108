// What goes wrong around a log-in is said in words, and nothing else happens.
import { call, disabled, logIn, logOut, person, report, world } from './world.mjs';

const NOBODY = ['api1-call', 'api2-call', 'api3-call', 'logout'];

await world([], async (server, browser) => {
  await hostileState(server, browser);
  await cancelled(server, browser);
  await issuerDown(server, browser);
  await serverDown(server, browser);
  await revocationDown(server, browser);
});

async function problem(page) {
  await page.waitForFunction(() => document.getElementById('problem')?.textContent);
  return page.textContent('#problem');
}

// An answer to a log-in that somebody else began: its code must not be used.
async function hostileState(server, browser) {
  const { page, seen, context } = await person(browser, server);
  const asked = [];
  context.on('request', (request) => asked.push(request.method()));
  for (const query of ['code=stolen&state=of-somebody-else', 'error=access_denied&state=%3Cscript%3E', 'code=alone']) {
    await page.goto(`${server.page}?${query}`);
    const said = await problem(page);
    report(`${query}: it is said that it was refused`, true, said.includes('was refused'));
    report(`${query}: the address is clean`, server.page, page.url());
    report(`${query}: nobody is logged in`, NOBODY, await disabled(page));
  }
  report('hostile answers: no token was asked for', false, asked.includes('POST'));
  report('hostile answers: the console', [], seen.console);
  await context.close();
}

async function cancelled(server, browser) {
  const { page, context } = await person(browser, server);
  await page.click('#login');
  await page.locator('button[value=deny]').click();
  report('cancelled: it is said', true, (await problem(page)).includes('cancelled'));
  report('cancelled: nobody is logged in', NOBODY, await disabled(page));
  await context.close();
}

async function issuerDown(server, browser) {
  const { page, context } = await person(browser, server);
  const issuer = `http://127.0.0.1:${server.ports.issuer}/**`;
  await context.route(issuer, (route) => route.abort());
  await page.click('#login');
  report('issuer down: it is said', true, (await problem(page)).includes('cannot be reached'));
  await context.unroute(issuer);
  await logIn(page);
  report('issuer back: log-in works', ['login'], await disabled(page));
  await context.close();
}

async function serverDown(server, browser) {
  const { page, context } = await person(browser, server);
  await logIn(page);
  await context.route(`http://127.0.0.1:${server.ports.grpc}/**`, (route) => route.abort());
  await page.click('#api1-call');
  await page.waitForFunction(() => document.getElementById('api1-explanation')?.textContent);
  const said = await page.textContent('#api1-explanation');
  report('server down: it is said', true, said.includes('See whether the server runs'));
  await context.unroute(`http://127.0.0.1:${server.ports.grpc}/**`);
  await page.waitForFunction(() => document.getElementById('api1-call')?.disabled === false);
  report('server back: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  await context.close();
}

// The token cannot be given back; the log-out goes on all the same, to the issuer's own.
async function revocationDown(server, browser) {
  const { page, context } = await person(browser, server);
  await logIn(page);
  let asked = 0;
  await context.route('**/oauth/revoke', (route) => (asked++, route.abort()));
  await logOut(page);
  report('revocation down: it was asked for', 1, asked);
  report('revocation down: nobody is logged in', NOBODY, await disabled(page));
  await context.close();
}
