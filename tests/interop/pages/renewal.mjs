// Tokens that last for seconds: renewed by themselves while the issuer answers, and expired where it does not.
import { call, disabled, logIn, loggedIn, person, report, response, world } from './world.mjs';

const TOKEN = '**/oauth/token';

await world(['--issuer-token-lifetime', '6s', '--leeway', '0s'], async (server, browser) => {
  await silent(server, browser);
  await expired(server, browser);
});

async function silent(server, browser) {
  const { page, seen, context } = await person(browser, server);
  await logIn(page);
  const renewed = [];
  for (let renewal = 0; renewal < 2; renewal++) {
    const answer = await page.waitForResponse(TOKEN);
    renewed.push([answer.status(), new URLSearchParams(answer.request().postData()).get('grant_type')]);
  }
  report('what asked for tokens anew', [[200, 'refresh_token'], [200, 'refresh_token']], renewed);
  report('renewed: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  report('renewed: who is logged in', ['login'], await disabled(page));
  report('renewed: the console', [], seen.console);
  await context.close();
}

async function expired(server, browser) {
  const { page, context } = await person(browser, server);
  await logIn(page);
  await context.route(TOKEN, (route) => route.abort());
  await page.waitForFunction(() => document.getElementById('expires')?.textContent === 'Expired');
  await page.click('#api1-call');
  report('expired: api1', true, (await response(page, 'api1')).startsWith('Response: '));
  report('expired: a way on', true, (await page.textContent('#api1-remedy')).startsWith('Log in again'));
  await context.unroute(TOKEN);
  await page.click('#api1-remedy');
  await loggedIn(page);
  await page.waitForFunction(() => document.getElementById('api1-call')?.disabled === false);
  report('logged in again: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  await context.close();
}
