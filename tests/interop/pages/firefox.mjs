// The reference scenario in Firefox, driven over WebDriver BiDi.   usage: firefox.mjs FIREFOX SEKISHO
import { launch } from '../browsers/firefox.mjs';
import { API1, API2, API3, PATIENCE, Server, configured, logOut, report } from './world.mjs';

const NOBODY = ['api1-call', 'api2-call', 'api3-call', 'logout'];

const server = await Server.start();
const browser = await launch(process.argv[2], { 'intl.accept_languages': 'ja' });
try {
  await scenario(await browser.newPage());
} finally {
  await browser.close();
  await server.stop();
}

async function scenario(page) {
  page.setDefaultTimeout(PATIENCE);
  const errors = [];
  page.on('console', (message) => errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
  await page.goto(server.page);
  await configured(page);
  report('the language', 'ログイン', await text(page, '#login'));
  report('logged out: what is disabled', NOBODY, await disabled(page));

  await page.click('#login');
  await press(page, 'button[name=account]');
  await press(page, 'button[value=allow]');
  await held(page);
  report('what was granted', [API1, API2], await granted(page));
  report('api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  report('api2', 'Response: {"name":"api2","ok":true}', await call(page, 'api2'));
  report('api3', 'Response: Insufficient scope', await call(page, 'api3'));
  const details = await text(page, '#api3-details');
  const told = ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'error="insufficient_scope"'];
  report('api3: what the details tell', told, told.filter((part) => details.includes(part)));

  await page.click('#api3-remedy');
  await press(page, 'button[value=allow]');
  await held(page);
  report('stepped up: what was granted', [API1, API2, API3], await granted(page));
  report('stepped up: api3', 'Response: {"name":"api3","ok":true}', await call(page, 'api3'));
  await logOut(page);
  report('logged out again: what is disabled', NOBODY, await disabled(page));
  report('the console', [], errors);
}

// Of the issuer's page, once it is there.
async function press(page, selector) {
  await page.waitForSelector(selector, { visible: true });
  await page.click(selector);
}

// A page that comes back shows the session of before until it has the new one.
async function held(page) {
  await page.waitForFunction(() => document.getElementById('notice')?.textContent);
  await page.waitForSelector('#who', { visible: true });
}

function text(page, selector) {
  return page.$eval(selector, (element) => element.textContent);
}

async function call(page, api) {
  await page.click(`#${api}-call`);
  await page.waitForFunction((id) => document.getElementById(id)?.textContent.startsWith('Response: '), {}, `${api}-response`);
  return text(page, `#${api}-response`);
}

function granted(page) {
  return page.$$eval('#granted [data-granted]', (all) =>
    all.map((each) => each.dataset.granted).filter((scope) => scope.startsWith('api')).sort(),
  );
}

function disabled(page) {
  return page.$$eval('#login, #logout, #api1-call, #api2-call, #api3-call', (all) =>
    all.filter((each) => each.disabled).map((each) => each.id).sort(),
  );
}
