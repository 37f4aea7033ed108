// The reference scenario, in both languages: log in with api1 and api2, two answers, api3 refused with its reason,
// step up, api3 answers, log out. Nothing on the console, and no host but the three that are ours.
import { API1, API2, API3, call, configured, disabled, granted, logIn, logOut, person, report, through, world } from './world.mjs';

const WORDS = {
  'en-US': {
    title: 'How to reach several APIs with one access token',
    logIn: 'Log in',
    logOut: 'Log out',
    fetch: 'Get the status of API1',
    placeholder: 'The status of API1 is shown here',
  },
  'ja-JP': {
    title: 'Auth0で1つのアクセストークンを使って複数のAPIにアクセスする方法',
    logIn: 'ログイン',
    logOut: 'ログアウト',
    fetch: 'API1のステータスを取得する',
    placeholder: 'ここにAPI1のステータスが表示されます',
  },
};

await world([], async (server, browser) => {
  for (const locale of Object.keys(WORDS)) await scenario(server, browser, locale);
});

async function scenario(server, browser, locale) {
  const { page, seen, context } = await person(browser, server, { locale });
  const see = (name, expected, found) => report(`${locale}: ${name}`, expected, found);
  await page.locator('#api1-response').waitFor();
  see('the words', WORDS[locale], {
    title: await page.textContent('h1'),
    logIn: await page.textContent('#login'),
    logOut: await page.textContent('#logout'),
    fetch: await page.textContent('#api1-call'),
    placeholder: await page.textContent('#api1-response'),
  });
  see('the language of the document', locale.slice(0, 2), await page.getAttribute('html', 'lang'));
  see('logged out: what is disabled', ['api1-call', 'api2-call', 'api3-call', 'logout'], await disabled(page));

  await logIn(page);
  see('logged in: what is disabled', ['login'], await disabled(page));
  see('logged in: the address', server.page, page.url());
  const ofThePerson = ['offline_access', 'openid', 'profile'];
  see('logged in: what was granted', [API1, API2, ...ofThePerson].sort(), await granted(page));
  see('api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  see('api2', 'Response: {"name":"api2","ok":true}', await call(page, 'api2'));
  see('api3', 'Response: Insufficient scope', await call(page, 'api3'));
  await page.locator('#api3-details summary').click();
  const details = await page.textContent('#api3-details');
  const told = ['PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', API3, 'error="insufficient_scope"'];
  see('api3: what the details tell', told, told.filter((text) => details.includes(text)));
  const command = await page.textContent('#api3-grpcurl');
  see('api3: the command', true, command.includes('grpcurl') && command.includes('api3.v1.Api3/GetStatus'));
  see('api3: the command has no token in it', false, command.includes('eyJ'));

  await page.reload();
  await configured(page);
  see('after a reload: what is disabled', ['login'], await disabled(page));
  await call(page, 'api3');
  await page.click('#api3-remedy');
  await through(page);
  see('stepped up: what was granted', [API1, API2, API3, ...ofThePerson].sort(), await granted(page));
  see('stepped up: api3', 'Response: {"name":"api3","ok":true}', await call(page, 'api3'));
  see('stepped up: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));

  const revocation = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/oauth/revoke');
  await logOut(page);
  const revoked = await revocation;
  const given = new URLSearchParams(revoked.request().postData());
  see('logged out: what was revoked', [200, 'refresh_token'], [revoked.status(), given.get('token_type_hint')]);
  see('logged out: the refresh token is over', 'invalid_grant', await refreshed(server, given.get('token')));
  see('logged out again: what is disabled', ['api1-call', 'api2-call', 'api3-call', 'logout'], await disabled(page));
  see('the console', [], seen.console);
  const hosts = [`localhost:${server.ports.web}`, `127.0.0.1:${server.ports.grpc}`, `127.0.0.1:${server.ports.issuer}`];
  see('who was asked', hosts.sort(), [...seen.hosts].sort());
  await context.close();
}

// What the issuer says to whoever shows a refresh token.
async function refreshed(server, token) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'page', refresh_token: token });
  const answer = await fetch(`http://127.0.0.1:${server.ports.issuer}/oauth/token`, { method: 'POST', body });
  return (await answer.json()).error;
}
