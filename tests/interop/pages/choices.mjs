// What a person may choose: the scopes to ask for, what of them to grant, and the language.
import { API1, API2, API3, call, granted, logIn, person, report, world } from './world.mjs';

const apis = (scopes) => scopes.filter((scope) => scope.startsWith('api'));
const box = (scope) => `#scope-${scope.replaceAll(':', '-')}`;

await world([], async (server, browser) => {
  await narrowed(server, browser);
  await chosen(server, browser);
  await language(server, browser);
});

async function narrowed(server, browser) {
  const { page, context } = await person(browser, server);
  await logIn(page, { without: [API2] });
  report('consent narrowed to one scope: what was granted', [API1], apis(await granted(page)));
  report('consent narrowed: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  report('consent narrowed: api2', 'Response: Insufficient scope', await call(page, 'api2'));
  await context.close();
}

async function chosen(server, browser) {
  const { page, context } = await person(browser, server);
  await page.uncheck(box(API1));
  await page.check(box(API3));
  await logIn(page);
  report('chosen before the log-in: what was granted', [API2, API3], apis(await granted(page)));
  report('chosen before the log-in: api1', 'Response: Insufficient scope', await call(page, 'api1'));
  report('chosen before the log-in: api3', 'Response: {"name":"api3","ok":true}', await call(page, 'api3'));
  await context.close();
}

async function language(server, browser) {
  const { page, context } = await person(browser, server);
  await page.click('#language-ja');
  report('switched: the button', 'ログイン', await page.textContent('#login'));
  await page.reload();
  report('switched, after a reload: the document', 'ja', await page.getAttribute('html', 'lang'));
  await context.close();
}
