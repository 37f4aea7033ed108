// A headless Chromium that knows no way off loopback, and one page in it that tells what it did.
import { chromium } from 'playwright-core';

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Names are found where `places` says, as in { 'localhost:8080': '127.0.0.1:40123' }, and localhost is loopback if
// it says nothing. The events below are the page's; what the browser itself might ask for finds no name.
export function launch(executablePath, places) {
  const found = Object.entries(places ?? {}).map(([name, place]) => `MAP ${name} ${place}`);
  const loopback = places ? ['EXCLUDE 127.0.0.1'] : ['EXCLUDE 127.0.0.1', 'EXCLUDE localhost'];
  const rules = [...found, 'MAP * ~NOTFOUND', ...loopback].join(', ');
  return chromium.launch({ executablePath, args: [...flags, `--host-resolver-rules=${rules}`], chromiumSandbox: false });
}

// Its own context, so that no preflight is remembered from another page.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  const seen = { console: [], hosts: new Set(), protocols: new Set() };
  page.on('console', (message) => seen.console.push(message.text()));
  page.on('pageerror', (error) => seen.console.push(`uncaught: ${error.message}`));
  context.on('request', (request) => addHost(seen, request.url()));
  await watchNetwork(context, page, seen);
  await page.goto(url);
  return { page, seen, context };
}

// Beneath Playwright's events: preflights too, and the protocol of each answer, which a page of another origin
// is not told.
async function watchNetwork(context, page, seen) {
  const network = await context.newCDPSession(page);
  network.on('Network.requestWillBeSent', ({ request }) => addHost(seen, request.url));
  network.on('Network.responseReceived', ({ response }) => {
    seen.protocols.add(`${new URL(response.url).host} ${response.protocol}`);
  });
  await network.send('Network.enable');
}

export function addHost(seen, url) {
  const { protocol, host } = new URL(url);
  if (protocol !== 'data:') seen.hosts.add(host);
}

// What the console has of a call that was not let through, in two lines.
const BLOCKED = 'has been blocked by CORS policy';
const FAILED = 'net::ERR_FAILED';

// How many calls it did not let through.
export function blocked(seen) {
  return seen.console.filter((text) => text.includes(BLOCKED)).length;
}

export function tellsOfBlocked(text) {
  return text.includes(BLOCKED) || text.includes(FAILED);
}

// Events come in order: once this one has, all before it have.
export const SETTLED = 'settled';

export async function settle(page) {
  const end = page.waitForEvent('console', (message) => message.text() === SETTLED);
  await page.evaluate((text) => console.log(text), SETTLED);
  await end;
}
