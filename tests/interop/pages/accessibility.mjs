// axe finds nothing: the page and the issuer's pages, in both languages and both colour schemes, logged out and in.
import { AxeBuilder } from '@axe-core/playwright';
import { call, logIn, person, report, world } from './world.mjs';

await world([], async (server, browser) => {
  for (const locale of ['en-US', 'ja-JP']) {
    for (const colorScheme of ['light', 'dark']) await look(server, browser, { locale, colorScheme });
  }
  await onAPhone(server, browser);
});

async function look(server, browser, options) {
  const { page, context } = await person(browser, server, { ...options, reducedMotion: 'reduce' });
  const see = async (name) => report(`${Object.values(options).join(', ')}: ${name}`, [], await violations(page));
  await page.locator('#login').waitFor();
  await see('logged out');
  await page.click('#login');
  await page.locator('button[name=account]').first().waitFor();
  await see('the log-in');
  await page.locator('button[name=account]').first().click();
  await page.locator('button[value=allow]').waitFor();
  await see('the consent');
  await page.locator('button[value=allow]').click();
  await page.locator('#who').waitFor();
  for (const api of ['api1', 'api3']) await call(page, api);
  await page.locator('#api3-details summary').click();
  await see('logged in, an answer and a refusal');
  await context.close();
}

async function violations(page) {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

// Nothing is wider than a narrow phone.
async function onAPhone(server, browser) {
  const { page, context } = await person(browser, server, { viewport: { width: 320, height: 640 } });
  await logIn(page);
  await call(page, 'api3');
  await page.locator('#api3-details summary').click();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  report('on a phone: nothing sticks out', true, width <= 320);
  await context.close();
}
