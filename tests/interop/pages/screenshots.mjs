// Takes the pictures of the READMEs. usage: screenshots.mjs CHROMIUM SEKISHO FOLDER
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { call, logIn, person, world } from './world.mjs';

const folder = process.argv[4];
mkdirSync(folder, { recursive: true });

await world([], async (server, browser) => {
  for (const [locale, colorScheme] of [['en-US', 'light'], ['en-US', 'dark'], ['ja-JP', 'light']]) {
    const options = { locale, colorScheme, viewport: { width: 1200, height: 900 }, reducedMotion: 'reduce' };
    const { page, context } = await person(browser, server, options);
    await logIn(page);
    for (const api of ['api1', 'api2', 'api3']) await call(page, api);
    await page.screenshot({ path: join(folder, `page-${locale.slice(0, 2)}-${colorScheme}.png`), fullPage: true });
    await context.close();
  }
});
